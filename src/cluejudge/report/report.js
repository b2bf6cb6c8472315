"use strict";

const shots = [...document.querySelectorAll(".shot")];
const reveal = document.querySelector(".reveal");

function show(shot, visible) {
  shot.setAttribute("aria-pressed", String(visible));
}

function relabel() {
  const allShown = shots.every((shot) => shot.getAttribute("aria-pressed") === "true");
  reveal.textContent = allShown ? "Blur all pictures" : "Show all pictures";
}

for (const shot of shots) {
  shot.addEventListener("click", () => {
    show(shot, shot.getAttribute("aria-pressed") !== "true");
    relabel();
  });
}

reveal.addEventListener("click", () => {
  const visible = !shots.every((shot) => shot.getAttribute("aria-pressed") === "true");
  shots.forEach((shot) => show(shot, visible));
  relabel();
});

reveal.hidden = shots.length === 0;

"use strict";

// Everything here is a convenience: without it the forms and links of the pages do the same.

const form = document.getElementById("answer");
const statusLine = document.getElementById("status");

for (const filters of document.querySelectorAll("form[data-submits]")) {
  filtering(filters);
}

if (form) {
  start();
}

/* Filters apply at once, and the one that was changed keeps the focus. */

function filtering(filters) {
  const fields = [...filters.elements].filter((field) => field.name);
  const last = Number(stored("sessionStorage", "cluejudge-filter") ?? -1);
  store("sessionStorage", "cluejudge-filter", "-1");
  fields[last]?.focus();
  filters.querySelector("button").hidden = true;
  filters.addEventListener("change", (event) => {
    store("sessionStorage", "cluejudge-filter", fields.indexOf(event.target));
    filters.requestSubmit();
  });
}

function say(text, warns = false) {
  statusLine.textContent = text;
  statusLine.classList.toggle("warns", warns);
}

function start() {
  pictures();
  if (document.querySelector("main").dataset.held === "yes") {
    holding();
    overriding();
  }
  keys();
}

/* Pictures: blurred until asked for; only then is the picture itself fetched. */

function shots() {
  const all = [...document.querySelectorAll("a.shot")];
  return all.filter((shot) => shot.checkVisibility());
}

function show(shot, visible) {
  const picture = shot.querySelector("img");
  if (visible && picture.getAttribute("src") !== shot.dataset.clear) {
    picture.src = shot.dataset.clear;
  }
  shot.setAttribute("aria-pressed", String(visible));
}

function pressed(shot) {
  return shot.getAttribute("aria-pressed") === "true";
}

function pictures() {
  for (const shot of document.querySelectorAll("a.shot")) {
    shot.addEventListener("click", (event) => {
      event.preventDefault();
      show(shot, !pressed(shot));
    });
    shot.addEventListener("keydown", (event) => {
      if (event.key === " ") {
        event.preventDefault();
        show(shot, !pressed(shot));
      }
    });
  }
}

function toggleAll() {
  const all = shots();
  const visible = !all.every(pressed);
  all.forEach((shot) => show(shot, visible));
  if (!all.length) {
    say("There is no picture to show", true);
  }
}

/* The lease: renewed while the page is open, and told when it is lost. */

function holding() {
  const main = document.querySelector("main");
  const every = Number(main.dataset.every) * 1000;
  let timer = setInterval(renew, every);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      renew();
    }
  });

  async function renew() {
    if (timer === null) {
      return;
    }
    const body = new URLSearchParams({ csrf: form.elements.namedItem("csrf").value });
    let answer;
    try {
      answer = await fetch(main.dataset.lease, { method: "POST", body });
    } catch {
      say("The service does not answer. Your answer may not reach it.", true);
      return;
    }
    if (answer.status === 401 || answer.status === 403) {
      say("You are signed out. Sign in again in another tab before you answer.", true);
    } else if (answer.ok && !(await answer.json()).held) {
      lost();
    } else if (statusLine.classList.contains("warns")) {
      say("");
    }
  }

  function lost() {
    clearInterval(timer);
    timer = null;
    document.getElementById("lost").hidden = false;
    for (const button of form.querySelectorAll("button[name=answer]")) {
      button.disabled = true;
    }
    say("Another reviewer has this one now", true);
    document.getElementById("lost").scrollIntoView({ block: "center" });
  }
}

/* Rules that are set to another outcome. */

function changes() {
  const radios = form.querySelectorAll(".override input[type=radio]:checked");
  const rest = form.querySelector("input[name=rest]:checked") ? 1 : 0;
  return [...radios].filter((radio) => radio.value !== "").length + rest;
}

function overriding() {
  const button = document.getElementById("overrule");
  if (!button) {
    return;
  }
  const label = button.firstChild; // the text before the key

  function count() {
    const changed = changes();
    label.textContent = changed ? `Overrule ${changed} ` : "Overrule ";
    button.classList.toggle("ready", changed > 0);
  }

  form.addEventListener("change", count);
  form.addEventListener("submit", (event) => {
    const answer = event.submitter ? event.submitter.value : "overrule";
    if (answer === "agree" && changes()) {
      event.preventDefault();
      say("Some rules are set to another outcome: overrule, or set them back", true);
    } else if (answer === "overrule" && !changes()) {
      event.preventDefault();
      say("Set a rule to another outcome first: o", true);
    } else if (answer === "overrule" && !explained()) {
      event.preventDefault();
    }
  });
  count();
}

function explained() {
  const empty = [...form.querySelectorAll(".why input")].find(
    (reason) => reason.checkVisibility() && reason.value.trim() === "",
  );
  if (empty) {
    empty.focus();
    say("Say why", true);
  }
  return !empty;
}

/* Keys */

function keys() {
  const panels = [...document.querySelectorAll(".panel[data-rule]")];
  const dialog = document.getElementById("keys");
  const help = document.getElementById("help");
  const on = document.getElementById("keys-on");
  let current = -1;

  help.hidden = false;
  help.addEventListener("click", () => dialog.showModal());
  document.getElementById("keys-close").addEventListener("click", () => dialog.close());
  on.checked = stored("localStorage", "cluejudge-keys") !== "off";
  on.addEventListener("change", () => store("localStorage", "cluejudge-keys", on.checked ? "on" : "off"));
  for (const [place, panel] of panels.entries()) {
    panel.addEventListener("focusin", () => mark(place));
  }

  function mark(place) {
    panels.forEach((panel, at) => panel.classList.toggle("current", at === place));
    current = place;
  }

  function go(step) {
    if (!panels.length) {
      return;
    }
    const place = Math.min(Math.max(current + step, 0), panels.length - 1);
    panels[place].focus();
    panels[place].scrollIntoView({ block: "nearest" });
  }

  // With `wanted` the rule becomes that; without, whatever comes after what it is set to.
  function overrule(wanted) {
    if (current < 0) {
      go(1);
    }
    const panel = panels[current];
    const radios = panel ? [...panel.querySelectorAll(".override input[type=radio]")] : [];
    if (!radios.length) {
      say("There is no rule to overrule here", true);
      return;
    }
    panel.querySelector("details").open = true;
    const after = radios[(radios.findIndex((radio) => radio.checked) + 1) % radios.length];
    const next = wanted ? (radios.find((radio) => radio.value === wanted) ?? radios[0]) : after;
    next.click();
    if (next.value === "") {
      panel.focus();
      say(`${panel.dataset.rule}: as judged`);
    } else {
      panel.querySelector(".why input").focus();
      say(`${panel.dataset.rule} should be ${next.value}: say why, then Enter`);
    }
  }

  // Whether nothing is left to say of the rule that is marked: then `o` is the button's key.
  function settled() {
    const panel = panels[current];
    const given = panel ? panel.querySelector(".why input") : null;
    const set = panel ? panel.querySelector(".override input[type=radio]:checked") : null;
    return panel ? Boolean(set && set.value !== "" && given.value.trim() !== "") : changes() > 0;
  }

  function clearRest() {
    const rest = form.querySelector("input[name=rest]");
    if (!rest) {
      return;
    }
    rest.click();
    if (rest.checked) {
      form.elements.namedItem("rest-reason").focus();
      say("All open rules are cleared: say why, then Enter");
    }
  }

  function press(id) {
    const button = document.getElementById(id);
    if (button && !button.disabled) {
      button.click();
    }
  }

  const actions = {
    j: () => go(1),
    ArrowDown: () => go(1),
    k: () => go(-1),
    ArrowUp: () => go(-1),
    o: () => (settled() ? press("overrule") : overrule()),
    v: () => overrule("violated"),
    c: () => overrule("cleared"),
    x: clearRest,
    a: () => press("agree"),
    s: () => press("skip"),
    q: () => press("back"),
    b: toggleAll,
    n: () => form.elements.namedItem("note")?.focus(),
    r: () => form.elements.namedItem("case")?.click(),
    "?": () => dialog.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input[type=text], textarea, select");
    if (event.key === "Escape" && typing) {
      (event.target.closest(".panel") ?? document.querySelector("main")).focus();
      return;
    }
    // A held key must not answer the next items too.
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (typing || dialog.open || !plain || !on.checked) {
      return;
    }
    const moves = ["j", "k", "ArrowDown", "ArrowUp"].includes(event.key);
    const own = event.target.closest("input[type=radio]") && event.key.startsWith("Arrow");
    if (event.key === "Enter" && event.target.classList.contains("panel")) {
      const details = event.target.querySelector("details");
      details.open = !details.open;
    } else if (actions[event.key] && !own && (moves || !event.repeat)) {
      event.preventDefault();
      actions[event.key]();
    }
  });
}

/* Storage may be forbidden; then a choice lasts as long as the page. */

function stored(storage, name) {
  try {
    return window[storage].getItem(name);
  } catch {
    return null;
  }
}

function store(storage, name, value) {
  try {
    window[storage].setItem(name, value);
  } catch {
    // As above.
  }
}

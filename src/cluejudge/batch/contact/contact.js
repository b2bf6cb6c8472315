
const rule = document.querySelector("#rule");
const cards = [...document.querySelectorAll(".card")];
const nothing = document.querySelector(".nothing");

function choose() {
  const outcome = document.querySelector("input[name=outcome]:checked").value;
  let shown = 0;
  for (const card of cards) {
    const fits =
      (outcome === "all" || card.dataset.outcome === outcome) &&
      (rule.value === "" || card.dataset.rules.split(" ").includes(rule.value));
    card.hidden = !fits;
    shown += fits;
  }
  nothing.hidden = shown > 0;
}

rule.addEventListener("change", choose);
document.querySelectorAll("input[name=outcome]").forEach((each) => each.addEventListener("change", choose));
choose();

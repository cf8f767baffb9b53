/* Loads the laboratory of a page when a reader opens it, or comes with a setting in the address. */
(function () {
  "use strict";
  const here = document.currentScript.src;
  const box = document.querySelector(".sk-lab");
  if (!box) return;
  const fold = box.querySelector("details"), status = box.querySelector(".sk-lab-status");
  const root = new URL("../../", here).href;
  let asked = false;

  function load(names) {
    if (!names.length) return;
    const script = document.createElement("script");
    script.src = new URL(names[0], here).href;
    script.onload = () => load(names.slice(1));
    script.onerror = () => {
      status.textContent = `The file ${names[0]} could not be loaded, so nothing is computed here; `
        + "the page itself is whole.";
    };
    document.head.appendChild(script);
  }
  function ask() {
    if (asked) return;
    asked = true;
    status.textContent = "Loading the record …";
    load([`${root}${box.dataset.record}`, ...box.dataset.scripts.split(" ")]);
  }
  fold.addEventListener("toggle", () => { if (fold.open) ask(); });
  function arrive() {
    if (!location.hash.startsWith("#what-if")) return;
    fold.open = true;
    ask();
  }
  window.addEventListener("hashchange", arrive);
  arrive();
})();

/* Shows on a page what make watch waits for or found wrong, and loads the page anew when it is
   printed. Only the server of make watch adds this script to a page; no file of the site names it. */
"use strict";
(() => {
  const seen = document.currentScript.dataset.seen;
  const COLOURS = {fault: ["#8b1a1a", "#fff"], working: ["#fff3cd", "#222"], ended: ["#444", "#fff"]};
  const box = document.createElement("div");
  box.id = "skytally-watch";
  box.setAttribute("role", "status");
  Object.assign(box.style, {
    position: "fixed", left: "0", right: "0", bottom: "0", zIndex: "2000", padding: "0.5rem 1rem",
    maxHeight: "50vh", overflow: "auto", whiteSpace: "pre-wrap", font: "14px/1.4 sans-serif",
  });

  function show({kind, lines}) {
    box.dataset.kind = kind;
    if (!lines.length) {
      box.remove();
      return;
    }
    const [background, color] = COLOURS[kind] || COLOURS.working;
    Object.assign(box.style, {background, color});
    box.textContent = lines.join("\n");
    document.body.append(box);
  }

  const asked = new URLSearchParams({page: location.pathname, seen});
  const events = new EventSource(`/watch/events?${asked}`);
  events.onmessage = ({data}) => {
    const told = JSON.parse(data);
    if (told.reload) location.reload();
    else show(told);
  };
  events.onerror = () => show({
    kind: "ended",
    lines: ["make watch does not answer; this page stays as it showed it last"],
  });
})();

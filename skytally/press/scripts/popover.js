/* Shows the card of a link where the reader is: on hover and focus, held open by a click or a tap.
   Without this script the link leads to the card's own page. */
(function () {
  "use strict";
  var script = document.currentScript;
  var root = new URL("../../", script.src).href;
  var KIND = /cards\/([a-z]+)\/([^/]+)\.html$/;
  var box = null, owner = null, pinned = false, timer = 0, waiting = null;

  function load(then) {
    if (window.skytallyCards) { then(); return; }
    if (waiting) { waiting.push(then); return; }
    waiting = [then];
    var tag = document.createElement("script");
    tag.src = root + "cards.js";
    tag.onload = function () { waiting.forEach(function (call) { call(); }); waiting = null; };
    tag.onerror = function () { waiting = null; };
    document.head.appendChild(tag);
  }
  function element(name, words, parent) {
    var made = document.createElement(name);
    if (words) { made.textContent = words; }
    if (parent) { parent.appendChild(made); }
    return made;
  }
  function piece(part, parent) {
    if (!part.url) { parent.appendChild(document.createTextNode(part.text)); return; }
    var link = element("a", part.text, parent);
    link.href = /^https?:/.test(part.url) ? part.url : root + part.url;
  }
  function filled(card) {
    var made = element("span");
    made.className = "sk-pop";
    made.setAttribute("role", "dialog");
    made.setAttribute("aria-label", card.heading);
    made.setAttribute("popover", "manual");
    var head = element("strong", card.heading, made);
    head.className = "sk-pop-head";
    element("span", card.sentence, made).className = "sk-pop-line";
    card.facts.forEach(function (fact) {
      var line = element("span", "", made);
      line.className = "sk-pop-line";
      element("b", fact.label + ": ", line);
      fact.parts.forEach(function (part, i) {
        if (i) { line.appendChild(document.createTextNode(", ")); }
        piece(part, line);
      });
    });
    var foot = element("span", "", made);
    foot.className = "sk-pop-line sk-pop-foot";
    var whole = element("a", "card as a page", foot);
    whole.href = root + card.page;
    if (navigator.clipboard) {
      foot.appendChild(document.createTextNode(" · "));
      var copy = element("button", "copy link", foot);
      copy.type = "button";
      copy.addEventListener("click", function () {
        navigator.clipboard.writeText(whole.href).then(
          function () { copy.textContent = "copied"; },
          function () { copy.textContent = "not copied"; }
        );
      });
    }
    foot.appendChild(document.createTextNode(" "));
    var close = element("button", "close", foot);
    close.type = "button";
    close.addEventListener("click", function () {
      var last = owner;
      hide();
      if (last) { quiet = true; last.focus(); quiet = false; }
    });
    return made;
  }
  var quiet = false;
  function place() {
    var at = owner.getClientRects()[0] || owner.getBoundingClientRect();
    var width = Math.min(416, window.innerWidth - 16), height = window.innerHeight;
    box.style.width = width + "px";
    box.style.left = Math.max(8, Math.min(at.left, window.innerWidth - width - 8)) + "px";
    var below = height - at.bottom, most = Math.max(below, at.top) - 12;
    box.style.maxHeight = Math.min(most, height * 0.6) + "px";
    var tall = box.offsetHeight;
    box.style.top = (below > tall + 12 || below > at.top ? at.bottom + 4 : at.top - tall - 4) + "px";
  }
  /* a link with a broken address has no card, and the page goes on */
  function decoded(text) {
    try { return decodeURIComponent(text); } catch (malformed) { return text; }
  }
  function show(link) {
    var name = KIND.exec(link.pathname);
    if (!name || (owner === link && box)) { return; }
    load(function () {
      var key = name[1] + "/" + decoded(name[2]);
      var card = (window.skytallyCards.cards || {})[key];
      if (!card) { return; }
      hide();
      owner = link;
      box = filled(card);
      link.insertAdjacentElement("afterend", box);
      link.setAttribute("aria-expanded", "true");
      if (box.showPopover) { box.showPopover(); }
      box.addEventListener("mouseenter", function () { clearTimeout(timer); });
      box.addEventListener("mouseleave", later);
      place();
    });
  }
  function hide() {
    clearTimeout(timer);
    if (box) { box.remove(); owner.removeAttribute("aria-expanded"); }
    box = owner = null;
    pinned = false;
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(function () { if (!pinned) { hide(); } }, 300);
  }
  function linkOf(event) {
    var link = event.target.closest ? event.target.closest("a[href]") : null;
    return link && !link.closest(".sk-pop") && KIND.test(link.pathname) ? link : null;
  }
  document.addEventListener("mouseover", function (event) {
    var link = linkOf(event);
    if (link && !pinned) { clearTimeout(timer); timer = setTimeout(function () { show(link); }, 150); }
  });
  document.addEventListener("mouseout", function (event) { if (linkOf(event)) { later(); } });
  document.addEventListener("focusin", function (event) {
    var link = linkOf(event);
    if (link && !quiet) { show(link); return; }
    if (box && !box.contains(event.target) && event.target !== owner) { hide(); }
  });
  document.addEventListener("click", function (event) {
    var link = linkOf(event);
    if (link) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) { return; }
      if (!window.skytallyCards && !waiting) { load(function () {}); }
      event.preventDefault();
      if (pinned && owner === link) { hide(); return; }
      show(link);
      pinned = true;
      return;
    }
    if (box && !box.contains(event.target)) { hide(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && box) {
      var last = owner;
      hide();
      quiet = true; last.focus(); quiet = false;
    }
  });
  window.addEventListener("scroll", function () { if (box) { place(); } }, { passive: true });
  window.addEventListener("resize", hide);
})();

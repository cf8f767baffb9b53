/* Search of the book: shows the sentence around each hit and finds numbers with or without
   separators. It reads two scripts beside it, so that it works from a disk, too. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var theirs = document.getElementById("search-results");
  if (!theirs) { return; }
  /* Sphinx fills its own list, which has no sentences */
  var place = document.createElement("div");
  theirs.hidden = true;
  theirs.before(place);
  var root = document.documentElement.dataset.content_root || "./";
  var MOST = 60, AROUND = 110;

  function plain(text) { return text.normalize("NFC").toLowerCase().replace(/(\d)[,\u202f\u00a0](?=\d{3})/g, "$1"); }
  function element(name, words, parent) {
    var made = document.createElement(name);
    if (words) { made.textContent = words; }
    parent.appendChild(made);
    return made;
  }
  function load(name, then) {
    var tag = document.createElement("script");
    tag.src = root + name;
    tag.onload = then;
    tag.onerror = then;
    document.head.appendChild(tag);
  }
  /* where a word stands in the text as it is printed */
  function position(text, word) {
    var at = text.toLowerCase().indexOf(word);
    if (at >= 0) { return [at, word.length]; }
    if (!/^\d+$/.test(word)) { return [0, 0]; }
    var found = new RegExp(word.split("").join("[,\\u202f\\u00a0]?")).exec(text);
    return found ? [found.index, found[0].length] : [0, 0];
  }
  function passage(text, word, parent) {
    var hit = position(text, word), start = Math.max(0, hit[0] - AROUND);
    if (start) { start = text.indexOf(" ", start) + 1 || start; }
    var end = Math.min(text.length, hit[0] + hit[1] + AROUND);
    var line = element("p", (start ? "\u2026 " : "") + text.slice(start, hit[0]), parent);
    if (hit[1]) { element("mark", text.slice(hit[0], hit[0] + hit[1]), line); }
    line.appendChild(document.createTextNode(
      text.slice(hit[0] + hit[1], end) + (end < text.length ? " \u2026" : "")
    ));
  }
  function entries() {
    var all = (window.skytallyPages || []).map(function (page) {
      return { title: page[0], url: page[1], text: page[2], weight: page[3] };
    });
    var cards = (window.skytallyCards || {}).cards || {};
    Object.keys(cards).forEach(function (key) {
      var card = cards[key];
      all.push({
        title: card.kind + " " + card.id + ": " + card.heading,
        url: card.page,
        text: [card.heading, card.sentence].concat(card.facts.map(function (fact) {
          return fact.parts.map(function (part) { return part.text; }).join(", ");
        })).join(" \u00b7 "),
        weight: card.kind === "source" ? 0 : 1
      });
    });
    return all;
  }
  function show() {
    var asked = new URLSearchParams(window.location.search).get("q") || "";
    var words = plain(asked).split(/\s+/).filter(Boolean);
    place.textContent = "";
    if (!words.length) { return; }
    var hits = [];
    entries().forEach(function (entry) {
      var text = plain(entry.title + " " + entry.text), title = plain(entry.title);
      if (!words.every(function (word) { return text.indexOf(word) >= 0; })) { return; }
      var score = entry.weight;
      words.forEach(function (word) {
        score += title.indexOf(word) >= 0 ? 4 : 0;
        score += Math.min(3, text.split(word).length - 1) / 3;
      });
      hits.push([score, entry]);
    });
    hits.sort(function (a, b) { return b[0] - a[0]; });
    var count = hits.length > MOST ? "The first " + MOST + " of " + hits.length : String(hits.length);
    var head = element("p", count + (hits.length === 1 ? " place" : " places"), place);
    head.setAttribute("role", "status");
    var list = element("ul", "", place);
    list.className = "sk-hits";
    hits.slice(0, MOST).forEach(function (hit) {
      var line = element("li", "", list), link = element("a", hit[1].title, line);
      link.href = root + hit[1].url;
      passage(hit[1].text, words[0], line);
    });
  }
  load("search-text.js", function () { load("cards.js", show); });
});

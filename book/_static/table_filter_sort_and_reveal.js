/* The part of the page that the address names; none where the address is no sound one. */
function addressed() {
  var name = location.hash.slice(1);
  try { name = decodeURIComponent(name); } catch (malformed) { /* the name as it stands */ }
  return document.getElementById(name);
}
/* What is looked for: words, phrases in quotes, and a number with the word behind it as a phrase,
   unless no row has that phrase. */
function wanted(typed, texts) {
  var text = typed.toLowerCase().replace(/[\u201c\u201d\u201e]/g, '"'), found = [];
  (text.match(/"[^"]*"?|\d[\d.,]*\s+[^\s"]+|[^\s"]+/g) || []).forEach(function (part) {
    var phrase = part.replace(/"/g, "").replace(/\s+/g, " ").trim();
    var apart = part.charAt(0) !== '"' && !texts.some(function (one) { return has(one, phrase); });
    found = found.concat(apart ? phrase.split(" ") : phrase);
  });
  return found.filter(Boolean);
}
/* Whether a text has a word or phrase; a number is not found within a longer one. */
function has(text, phrase) {
  for (var at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
    if (!/^\d/.test(phrase) || !/[\d.,]/.test(text.charAt(at - 1))) { return true; }
  }
  return false;
}
/* Filters the rows of a table by words and by a chosen word, sorts them, and opens folds; without
   scripts the table is whole and in the order of its file. */
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll(".sk-filter").forEach(function (box) {
    var input = box.querySelector("input"), list = box.querySelector("select");
    var output = box.querySelector("output");
    var rows = Array.from(document.querySelectorAll("#table-" + input.dataset.table + " tbody tr"));
    function filter() {
      /* the end of one cell and the beginning of the next make no word */
      var texts = rows.map(function (row) {
        var cells = Array.from(row.cells, function (each) { return each.textContent; });
        return cells.join(" ").toLowerCase().replace(/\s+/g, " ");
      });
      var words = wanted(input.value, texts), shown = 0;
      var chosen = list ? list.value : "";
      rows.forEach(function (row, position) {
        var text = texts[position];
        var fits = words.every(function (word) { return has(text, word); });
        fits = fits && (!chosen || row.dataset.choice === chosen);
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      output.textContent = words.length || chosen ? shown + " shown" : "";
    }
    /* a link to a row must show it, whatever was filtered before */
    function reveal() {
      var row = addressed(), option = list && Array.from(list.options).find(function (one) {
        return one.dataset.anchor && one.dataset.anchor === location.hash.slice(1);
      });
      /* the anchor of a choice chooses it, and shows the table that it narrows */
      if (option) {
        list.value = option.value;
        input.value = "";
        filter();
        box.scrollIntoView();
      }
      if (row && row.hidden && rows.includes(row)) {
        input.value = "";
        if (list) { list.value = ""; }
        filter();
        row.scrollIntoView();
      }
    }
    box.hidden = false;
    input.addEventListener("input", filter);
    if (list) { list.addEventListener("change", filter); }
    window.addEventListener("hashchange", reveal);
    /* a browser may bring back what was typed before the page was left */
    filter();
    reveal();
  });
});
/* A click on a head sorts by its column, numbers by their size; a second one turns the order. */
document.addEventListener("DOMContentLoaded", function () {
  var order = new Intl.Collator("en", { numeric: true });
  function key(row, column) {
    var text = row.cells[column] ? row.cells[column].textContent.trim() : "";
    var number = /^-?[\d,]+(\.\d+)?$/.test(text) ? Number(text.replace(/,/g, "")) : NaN;
    return { text: text, number: number };
  }
  function compare(a, b) {
    if (!a.text || !b.text) { return a.text ? -1 : b.text ? 1 : 0; }
    if (!isNaN(a.number) && !isNaN(b.number)) { return a.number - b.number; }
    return order.compare(a.text, b.text);
  }
  document.querySelectorAll("table.sk-table").forEach(function (table) {
    var body = table.tBodies[0], heads = Array.from(table.querySelectorAll("thead th"));
    if (!body || body.rows.length < 2) { return; }
    heads.forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.append.apply(button, Array.from(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () {
        var down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        Array.from(body.rows)
          .map(function (row) { return [key(row, column), row]; })
          .sort(function (a, b) { return (down ? -1 : 1) * compare(a[0], b[0]); })
          .forEach(function (pair) { body.append(pair[1]); });
      });
    });
  });
});
/* On a narrow screen the cells of a row stand under one another, each behind the head of its column,
   and the heads above them sort; the roles keep it a table to those who hear it. */
document.addEventListener("DOMContentLoaded", function () {
  var narrow = window.matchMedia("(max-width: 600px)");
  function stack() {
    if (!narrow.matches) { return; }
    narrow.removeEventListener("change", stack);
    document.querySelectorAll("article table").forEach(function (table) {
      var head = table.tHead && table.tHead.rows[0];
      if (!head || head.cells.length < 3 || table.querySelector("[rowspan], [colspan]")) { return; }
      var words = Array.from(head.cells, function (each) { return each.textContent.trim(); });
      table.setAttribute("role", "table");
      table.querySelectorAll("thead, tbody").forEach(function (part) {
        part.setAttribute("role", "rowgroup");
      });
      table.querySelectorAll("tr").forEach(function (row) {
        row.setAttribute("role", "row");
        Array.from(row.cells).forEach(function (cell, column) {
          var heads = row === head ? "columnheader" : "rowheader";
          cell.setAttribute("role", cell.tagName === "TH" ? heads : "cell");
          if (row !== head && column && words[column]) { cell.dataset.head = words[column]; }
        });
      });
      table.classList.add("sk-stacked");
    });
    /* the row that the address names lies elsewhere now */
    var named = addressed();
    if (named && named.closest(".sk-stacked")) { named.scrollIntoView(); }
  }
  narrow.addEventListener("change", stack);
  stack();
});
/* A link to something folded opens its folds, whichever way the page was reached. */
document.addEventListener("DOMContentLoaded", function () {
  function open() {
    var target = addressed(), folds = 0;
    for (var at = target && target.parentElement; at; at = at.parentElement) {
      if (at.tagName === "DETAILS" && !at.open) { at.open = true; folds += 1; }
    }
    if (folds) { target.scrollIntoView(); }
  }
  window.addEventListener("hashchange", open);
  open();
});

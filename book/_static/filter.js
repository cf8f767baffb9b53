/* Filters the rows of a table by words and by a chosen word; without scripts the table is whole. */
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll(".sk-filter").forEach(function (box) {
    var input = box.querySelector("input"), list = box.querySelector("select");
    var output = box.querySelector("output");
    var rows = Array.from(document.querySelectorAll("#table-" + input.dataset.table + " tbody tr"));
    function filter() {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
      var chosen = list ? list.value : "";
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        var fits = words.every(function (word) { return text.includes(word); });
        fits = fits && (!chosen || row.dataset.choice === chosen);
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      output.textContent = words.length || chosen ? shown + " shown" : "";
    }
    /* a link to a row must show it, whatever was filtered before */
    function reveal() {
      var row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
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

/* Filters the rows of a table while the reader types; without scripts the table is simply whole. */
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll(".sk-filter").forEach(function (box) {
    var input = box.querySelector("input"), output = box.querySelector("output");
    var rows = Array.from(document.querySelectorAll("#table-" + input.dataset.table + " tbody tr"));
    box.hidden = false;
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
      rows.forEach(function (row) {
        var text = row.textContent.toLowerCase();
        var fits = words.every(function (word) { return text.includes(word); });
        row.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      output.textContent = words.length ? shown + " shown" : "";
    });
  });
});

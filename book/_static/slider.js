/* Lays the two pictures of a slider over each other; without scripts they stay side by side. */
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll(".sk-between").forEach(function (figure) {
    var input = figure.querySelector("input[type=range]");
    function move() {
      figure.style.setProperty("--sk-cut", input.value + "%");
      input.setAttribute(
        "aria-valuetext",
        input.value + " percent from the left shows before, the rest after"
      );
    }
    figure.classList.add("sk-on");
    input.addEventListener("input", move);
    move();
  });
});

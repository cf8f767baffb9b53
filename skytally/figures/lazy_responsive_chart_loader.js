/* Draws a chart when the reader comes near it; until then, and without scripts, its static twin stands. */
(function () {
  if (window.skytallyDraw) return;
  var WIDE_CHART = 670, NARROW_DATES = 3;
  /* Shows names at the marks where a chart is wide enough for them, and else a legend. */
  function fit(node, wide) {
    if (!node || typeof node !== "object") return;
    var tags = (node.attributes && node.attributes.tags) || [];
    if (tags.indexOf("sk-wide") >= 0) node.attributes.visible = wide;
    if (tags.indexOf("sk-narrow") >= 0) node.attributes.visible = !wide;
    if (node.name === "DatetimeTicker" && !wide) node.attributes.desired_num_ticks = NARROW_DATES;
    if (tags[0] === "sk-height" && wide) node.attributes.height = tags[1];
    Object.keys(node).forEach(function (key) { fit(node[key], wide); });
  }
  /* a font that the page brings is loaded first: what is drawn on a canvas does not change later */
  function draw(box) {
    var live = box.querySelector(".sk-live"), letters = live && live.dataset.letters;
    function go() { embed(box); }
    if (!letters || !document.fonts) { go(); return; }
    document.fonts.load("12px 'Skytally letters'", letters).then(go, go);
  }
  function embed(box) {
    var live = box.querySelector(".sk-live"), still = box.querySelector(".sk-static");
    if (!live || live.dataset.done || !(window.Bokeh && window.Bokeh.embed)) return;
    live.dataset.done = "1";
    live.style.display = "block";
    still.style.display = "none";
    var item = JSON.parse(live.querySelector('script[type="application/json"]').textContent);
    fit(item, live.clientWidth >= WIDE_CHART);
    window.Bokeh.embed.embed_item(item, live.id).catch(function (error) {
      live.style.display = "none";
      still.style.display = "block";
      throw error;
    });
  }
  var near = "IntersectionObserver" in window
    ? new IntersectionObserver(function (entries) {
        entries.forEach(function (entry) {
          if (entry.isIntersecting) { near.unobserve(entry.target); draw(entry.target); }
        });
      }, { rootMargin: "400px" })
    : null;
  window.skytallyDraw = function (box) { if (near) near.observe(box); else draw(box); };
  document.querySelectorAll(".sk-figure").forEach(window.skytallyDraw);
})();

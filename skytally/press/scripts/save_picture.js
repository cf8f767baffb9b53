/* Saves a chart or map as PNG or SVG with its title over it and its caption, the line on source and
   licence, which a picture that has it does not get twice, and the edition beside or under it; or
   without the caption, for those who print their own under it. A picture with its caption is at least
   WIDE_ENOUGH across, so that a narrow chart does not become a tall strip. A PNG is PRINTED pixels
   wide: 20 cm at 300 dots an inch. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var line = document.querySelector('meta[name="skytally-source"]');
  var credit = line ? line.content : document.title;
  var state = document.querySelector('meta[name="skytally-state"]');
  var LETTER = 6.2, BOLD = 8.6, LEAD = 16, HEAD = 19, PAD = 12, PRINTED = 2400;
  var WIDE_ENOUGH = 720, WIDE_ALONE = 420, COLUMN = 240;
  var NAMESPACE = "http://www.w3.org/2000/svg";

  /* letters of East Asia are twice as wide, and their words need no spaces */
  var WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g;
  function columns(text) { return text.length + (text.match(WIDE) || []).length; }
  function lines(text, width, letter) {
    var most = Math.floor((width - 2 * PAD) / letter), found = [""];
    text.split(/\s+/).forEach(function (word) {
      var last = found[found.length - 1], joined = last ? last + " " + word : word;
      if (columns(joined) <= most) { found[found.length - 1] = joined; return; }
      if (last) { found.push(""); }
      Array.from(word).forEach(function (letter) {
        if (columns(found[found.length - 1] + letter) > most) { found.push(""); }
        found[found.length - 1] += letter;
      });
    });
    return found;
  }
  function write(outer, part, x, y, size, weight) {
    var row = document.createElementNS(NAMESPACE, "text");
    row.setAttribute("x", x + PAD);
    row.setAttribute("y", y);
    row.setAttribute("font-family", "'Skytally letters', sans-serif");
    row.setAttribute("font-size", size);
    row.setAttribute("font-weight", weight);
    row.setAttribute("fill", "#222");
    row.textContent = part;
    outer.append(row);
  }
  function whole(image, title, caption) {
    var text = atob(image.src.split(",")[1]);
    var bytes = Uint8Array.from(text, function (letter) { return letter.charCodeAt(0); });
    var inner = new DOMParser()
      .parseFromString(new TextDecoder().decode(bytes), "image/svg+xml").documentElement;
    var box = inner.getAttribute("viewBox").split(/\s+/).map(Number);
    var width = Math.max(box[2], caption ? WIDE_ENOUGH : WIDE_ALONE);
    var beside = caption && width - box[2] >= COLUMN;
    var bold = title[0] ? lines(title[0], width, BOLD) : [];
    var under = title[1] ? lines(title[1], width, LETTER) : [];
    var top = bold.length || under.length ? bold.length * HEAD + under.length * LEAD + PAD : 0;
    var said = inner.textContent.replace(/\s+/g, " ").indexOf(credit) >= 0;
    var room = beside ? width - box[2] : width;
    var words = [caption, said ? "" : credit, state ? state.content : ""].filter(Boolean)
      .reduce(function (all, part) { return all.concat(lines(part, room, LETTER)); }, []);
    var text = words.length * LEAD + PAD;
    var height = top + (beside ? Math.max(box[3], text) : box[3] + text) + PAD;
    var outer = document.createElementNS(NAMESPACE, "svg");
    outer.setAttribute("xmlns", NAMESPACE);
    outer.setAttribute("viewBox", "0 0 " + width + " " + height);
    outer.setAttribute("width", width);
    outer.setAttribute("height", height);
    var ground = document.createElementNS(NAMESPACE, "rect");
    ground.setAttribute("width", "100%");
    ground.setAttribute("height", "100%");
    ground.setAttribute("fill", "#fff");
    outer.append(ground, inner);
    inner.setAttribute("width", box[2]);
    inner.setAttribute("height", box[3]);
    inner.setAttribute("y", top);
    inner.setAttribute("x", beside ? 0 : (width - box[2]) / 2);
    bold.forEach(function (part, i) { write(outer, part, 0, (i + 1) * HEAD, 15, "bold"); });
    under.forEach(function (part, i) {
      write(outer, part, 0, bold.length * HEAD + (i + 1) * LEAD, 11, "normal");
    });
    words.forEach(function (part, i) {
      var y = top + (beside ? 0 : box[3] + PAD) + (i + 1) * LEAD - 4;
      write(outer, part, beside ? box[2] : 0, y, 11, "normal");
    });
    return { drawing: outer, width: width, height: height };
  }
  function save(address, name) {
    var link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }
  function svgAddress(picture) {
    return "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(picture.drawing));
  }
  function savePng(picture, name) {
    var image = new Image();
    image.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = PRINTED;
      canvas.height = Math.round(picture.height * PRINTED / picture.width);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      save(canvas.toDataURL("image/png"), name);
    };
    /* drawn at its full size, since a browser may enlarge the dots of a small drawing */
    picture.drawing.setAttribute("width", PRINTED);
    picture.drawing.setAttribute("height", Math.round(picture.height * PRINTED / picture.width));
    image.src = svgAddress(picture);
  }
  document.querySelectorAll(".sk-figure").forEach(function (figure) {
    var image = figure.querySelector('img.sk-static[src^="data:image/svg"]');
    var caption = figure.querySelector("figcaption");
    if (!image || !caption) { return; }
    var words = (caption.firstChild || caption).textContent, place = document.createElement("div");
    var title = [".sk-headline", ".sk-subtitle"].map(function (part) {
      var found = figure.querySelector(part);
      return found ? found.textContent : "";
    });
    place.className = "sk-save";
    function saveSvg(picture, name) { save(svgAddress(picture), name); }
    [["Save as PNG", ".png", savePng, words, "With its caption, 2,400 pixels wide: 20 cm at 300 dots an inch"],
      ["Save as SVG", ".svg", saveSvg, words, "With its caption; can be printed at any size"],
      ["PNG without caption", "-alone.png", savePng, "", "With title, credit and edition; 2,400 pixels wide"]]
      .forEach(function (kind) {
        var button = document.createElement("button");
        button.type = "button";
        button.textContent = kind[0];
        button.title = kind[4];
        button.addEventListener("click", function () {
          kind[2](whole(image, title, kind[3]), figure.id + kind[1]);
        });
        place.append(button);
      });
    caption.append(place);
  });
});

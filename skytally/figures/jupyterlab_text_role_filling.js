// Puts numbers in place of roles, such as {f}`line.key`, in the prose of a live notebook.
(function (words) {
  "use strict";
  var known = (window.skytallyWords = window.skytallyWords || {});
  Object.keys(words).forEach(function (key) { known[key] = words[key]; });
  var role = /\{(f|f-when|f-text|row|src|ship|claim|ref)\}$/;

  function shown(name, text) {
    if (["row", "src", "ship", "claim", "ref"].includes(name)) { return text.replace(/\s*<[^>]*>$/, ""); }
    return (known[text] || {})[name];
  }

  function fill(code) {
    var before = code.previousSibling;
    var match = before && before.nodeType === 3 && role.exec(before.data);
    var text = match && shown(match[1], code.textContent);
    if (!text) { return; }
    before.data = before.data.slice(0, match.index);
    var span = document.createElement("span");
    span.textContent = text;
    span.title = code.textContent;
    code.replaceWith(span);
  }

  function fillAll() {
    document.querySelectorAll(".jp-RenderedMarkdown code, .rendered_html code").forEach(fill);
  }

  fillAll();
  if (!window.skytallyProse) {
    // a cell of text is drawn anew whenever it was edited or came into view
    window.skytallyProse = new MutationObserver(fillAll);
    window.skytallyProse.observe(document.body, { childList: true, subtree: true });
  }
})(WORDS);

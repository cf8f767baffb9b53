/* Search of the book. A word finds its other forms and, behind them, words of the same meaning; where
   no place has every word, those with some of them follow. It shows the sentence around the hits and
   reads two scripts beside it, so that it works from a disk, too. */
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var theirs = document.getElementById("search-results");
  if (!theirs) { return; }
  /* Sphinx fills its own list, which has no sentences */
  var place = document.createElement("div");
  theirs.style.display = "none";
  theirs.before(place);
  var root = document.documentElement.dataset.content_root || "./";
  var MOST = 60, AROUND = 110, SEPARATOR = "[,\\u202f\\u00a0]?";
  /* worth of a hit: the word itself, another form of it, a word of the same meaning */
  var ITSELF = 1, FORM = 0.9, MEANING = 0.6, IN_TITLE = 1, IN_HEAD_OF_CARD = 0.25, WHOLE_TITLE = 0.5, NAMED = 3, IN_TITLE_OF_PAGE = 0.3, IN_THESE_WORDS = 0.4, PHRASE = 3, ALL_IN_TITLE = 0.6;
  /* what a place of the evidence gains, and what a long text loses, since it has every word somewhere */
  var OF_THE_EVIDENCE = 0.1, LONG = 1000, PER_DOUBLING = 0.09;
  /* a place that speaks of simulated images and not of real ones, and what it is worth then */
  var SIMULATED = /simulat/iu, REAL = /\breal (images?|ships?|series|Sentinel)/iu, BEHIND_REAL = 0.7;
  function of_simulated(entry) {
    return SIMULATED.test(entry.text) && !REAL.test(entry.title + " " + entry.text);
  }
  /* words in which a question is put, and not what it asks for */
  var COMMON = new Set(("a about all an and any anybody anyone are as at be been being by can could did do does "
    + "exactly for from get gets getting give given gives gave go goes got had has have how i if in into is it its "
    + "just know known many may me might much my not of on one or our per please really say says said should show "
    + "shows so tell tells than that the their them then there these they this those to up very was we were what "
    + "when where which who whom whose why will with would you your").split(" "));

  /* what is asked for in words that a question is put in: what was in the containers, has anyone seen inside them */
  var CONTENTS = /^(what|anything|something)\b.*\b(in|inside) (the|those|these|them)\b|\b(any|who)\w*\b.*\binside (the|those|these|them|one)\b/;
  var BOXES = /\b(containers?|box(es)?|crates?)\b/;
  function implied(typed) { return CONTENTS.test(typed) ? ["contents"] : []; }
  /* words that a heading may have as a whole; two ways of asking for contents are one */
  function phrase_of(all) {
    var typed = all.join(" ");
    if (CONTENTS.test(typed) && BOXES.test(typed)) { return /\bin the (containers|boxes)\b/iu; }
    return all.length >= PHRASE ? new RegExp(all.map(escaped).join("\\s+"), "iu") : null;
  }

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
  /* English word without its ending; what is left begins all its forms */
  function stem(word) {
    if (!/^[a-z]+$/.test(word)) { return word; }
    var ends = [/(.{3,})ies$/, /^(?=.{3,}ing)(.*[aeiouy].*)ings?$/, /(.{3,})ed$/, /(.{3,}[^aeious])es$/, /(.{2,}[^s])s$/, /(.{4,})e$/];
    var found = ends.map(function (end) { return end.exec(word); }).find(Boolean);
    var left = found ? found[1] : word;
    /* shipping is of ship; missing is of miss; string is of no other word */
    return /(ing|ings|ed)$/.test(word) ? left.replace(/([bdgklmnprt])\1$/, "$1") : left;
  }
  function escaped(text) { return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"); }
  /* a short stem begins words of other roots: per begins percent and period, so only English endings follow it */
  var SHORTEST_BEGINNING = 4, ENDINGS = "(?:[bdgklmnprt]?(?:ings?|ed)|e?s|e?d)?(?!\\p{L})";
  function ending(text) {
    return /^[a-z]+$/.test(text) && text.length < SHORTEST_BEGINNING ? ENDINGS : "\\p{L}*";
  }
  /* digits are found with and without separators, and a form of a word to its end */
  function pattern(text, form) {
    var letters = text.split("").map(escaped);
    var joined = /^\d+$/.test(text) ? letters.join(SEPARATOR) : letters.join("");
    var before = /^[\p{L}\p{N}]/u.test(text) && /^[\u0000-\u024f]/.test(text) ? "(?<![\\p{L}\\p{N}])" : "";
    return before + joined + (form ? ending(text) : /^[a-z]+$/.test(text) ? "(?!\\p{L})" : "");
  }
  function finder(patterns) { return new RegExp(patterns.join("|"), "giu"); }
  function asked(words) {
    var groups = window.skytallySynonyms || [];
    return words.map(function (word) {
      var root_of = stem(word);
      var others = groups.filter(function (group) {
        return group.some(function (other) { return other === word || stem(other) === root_of; });
      }).flat().filter(function (other) { return stem(other) !== root_of; });
      var steps = [[ITSELF, finder([pattern(word, !/^[a-z]+$/.test(word))])], [FORM, finder([pattern(root_of, true)])]];
      if (others.length) {
        steps.push([MEANING, finder(others.map(function (other) { return pattern(other, false); }))]);
      }
      return { word: word, steps: steps };
    });
  }
  /* worth of the best kind of hit in a text, and how often that kind stands there */
  function best(word, text) {
    for (var i = 0; i < word.steps.length; i += 1) {
      var hits = text.match(word.steps[i][1]);
      if (hits) { return [word.steps[i][0], hits.length, word.steps[i][1]]; }
    }
    return [0, 0, null];
  }
  /* hits of each word in a place, before it is known in how many places a word stands */
  function hit(entry, words) {
    var each = words.map(function (word) {
      var inTitle = best(word, entry.title), inText = best(word, entry.text);
      return { title: inTitle[0], page: best(word, entry.page || "")[0], text: inText[0], often: inText[1], mark: inText[2] };
    });
    return { entry: entry, each: each, found: each.filter(function (one) { return one.title || one.text; }).length };
  }
  /* a word that stands in few places tells more than one that stands in most */
  function telling_words(hits, words, places) {
    return words.map(function (_, which) {
      var inPlaces = hits.filter(function (one) { return one.each[which].title || one.each[which].text; }).length;
      return Math.log(1 + places / (1 + inPlaces));
    });
  }
  function scored(found_hit, words, tells, typed) {
    var entry = found_hit.entry, found = found_hit.found, meant = 0, score = 0, marks = [], most = 0;
    found_hit.each.forEach(function (one, which) {
      var worth = Math.max(one.title, one.text);
      most += tells[which];
      if (!worth) { return; }
      meant += worth === MEANING ? 1 : 0;
      score += tells[which] * (worth + IN_TITLE_OF_PAGE * one.page + (entry.card ? IN_HEAD_OF_CARD : IN_TITLE) * one.title + worth * Math.min(3, one.often) / 9);
      if (one.mark) { marks.push(one.mark); }
    });
    score /= 1 + PER_DOUBLING * Math.log2(1 + entry.text.length / LONG);
    score *= 1 + OF_THE_EVIDENCE * entry.weight;
    /* who does not ask for simulated images asks for what real ones show */
    if (of_simulated(entry) && !words.some(function (word) { return word.word.indexOf("simulat") === 0; })) { score *= BEHIND_REAL; }
    var title = entry.title.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(function (part) {
      return part && !COMMON.has(part);
    });
    if (entry.card && words.length === 1 && words[0].word === entry.card) { score += NAMED * most; }
    /* a heading with all words, or forms of them, or with the words as typed, is of that very thing */
    var all_in_title = words.length > 1 && found_hit.each.every(function (one) { return one.title >= FORM; });
    if (!entry.card && (all_in_title || typed && typed.test(entry.title))) { score += ALL_IN_TITLE * most; }
    /* who asks in words of the book finds the sentence that has them in this order */
    if (typed && !entry.card && typed.test(entry.text)) { score += IN_THESE_WORDS * most; }
    if (found && title.length <= words.length && found === words.length
        && title.every(function (part) { return words.some(function (word) { return stem(part) === stem(word.word); }); })) {
      score += WHOLE_TITLE * most;
    }
    return { entry: entry, found: found, meant: meant, score: score, marks: marks };
  }
  function passage(text, marks, parent) {
    var hits = [];
    marks.forEach(function (mark, which) {
      for (var hit of text.matchAll(mark)) { hits.push([hit.index, hit[0].length, which]); }
    });
    hits.sort(function (a, b) { return a[0] - b[0]; });
    /* the passage in which most of the words stand */
    var most = 0, from = 0;
    hits.forEach(function (hit) {
      var near = new Set(hits.filter(function (other) {
        return other[0] >= hit[0] && other[0] < hit[0] + 2 * AROUND;
      }).map(function (other) { return other[2]; })).size;
      if (near > most) { most = near; from = hit[0]; }
    });
    var start = Math.max(0, from - AROUND), end = Math.min(text.length, from + 2 * AROUND);
    if (start) { start = text.indexOf(" ", start) + 1 || start; }
    var line = element("p", start ? "\u2026 " : "", parent), at = start;
    hits.forEach(function (hit) {
      if (hit[0] < at || hit[0] + hit[1] > end) { return; }
      line.appendChild(document.createTextNode(text.slice(at, hit[0])));
      element("mark", text.slice(hit[0], hit[0] + hit[1]), line);
      at = hit[0] + hit[1];
    });
    line.appendChild(document.createTextNode(text.slice(at, end) + (end < text.length ? " \u2026" : "")));
  }
  function entries() {
    var all = (window.skytallyPages || []).map(function (page) {
      return { title: page[0], url: page[1], text: page[2], weight: page[3], page: page[4] };
    });
    var cards = (window.skytallyCards || {}).cards || {};
    Object.keys(cards).forEach(function (key) {
      var card = cards[key];
      all.push({
        title: card.heading + " (" + card.kind + " " + card.id + ")",
        url: card.page,
        card: card.id.toLowerCase(),
        sentence: card.heading + card.sentence,
        text: [card.sentence].concat(card.facts.filter(function (fact) {
          return fact.label.indexOf("cite") !== 0;
        }).map(function (fact) {
          return fact.parts.map(function (part) { return part.text; }).join(", ");
        })).join(" \u00b7 "),
        /* a section of a page explains, a row or a source is one of many: they come after it */
        weight: card.kind === "source" || card.kind === "row" ? 0 : 1
      });
    });
    return all;
  }
  /* one heading and sentence under several ids is shown once, where it comes first */
  function once(hits) {
    var shown = new Set();
    return hits.filter(function (hit) {
      var again = hit.entry.sentence && shown.has(hit.entry.sentence);
      shown.add(hit.entry.sentence);
      return !again;
    });
  }
  /* which words are searched for, where those in which the question is put are left out */
  function left_of(all, words) {
    return all.length > words.length
      ? "Searched for " + words.map(function (each) { return each.word; }).join(", ") + ": " : "";
  }
  function counted(hits, words) {
    var whole = hits.filter(function (hit) { return hit.found === words.length; }).length;
    if (!hits.length) { return "No place has a word of this search."; }
    var every = whole === 1 ? "1 place" : whole + " places";
    if (words.length === 1) { return every + "."; }
    var all_words = every + " with all " + words.length + " words" + (whole > 1 ? ", the best first" : "");
    if (whole) {
      return all_words + (whole < hits.length ? "; the list also has places with only some of the words." : ".");
    }
    return "No place has all " + words.length + " words; the list has places with some of them.";
  }
  function hint(words) {
    var shorter = words.length > 1 ? "Leave out a word, or try" : "Try";
    return shorter + " the name of a place, a ship or a counter, a number, or a date such as March 2024. "
      + "A word finds its other forms and some words of the same meaning; spellings other than those of the "
      + "book may find nothing.";
  }
  function show() {
    var typed = new URLSearchParams(window.location.search).get("q") || "";
    var all = typed.normalize("NFC").toLowerCase().replace(/(\d)[,\u202f\u00a0](?=\d{3})/g, "$1")
      .split(/\s+/).map(function (word) { return word.replace(/^["'“”‘’(?!.,;:]+|["'“”‘’)?!.,;:]+$/g, ""); })
      .filter(Boolean);
    var telling = all.filter(function (word) { return !COMMON.has(word); });
    if (telling.length) { telling = telling.concat(implied(all.join(" "))); }
    place.textContent = "";
    if (!all.length) { return; }
    var words = asked(Array.from(new Set(telling.length ? telling : all)));
    var places = entries();
    var hits = places.map(function (entry) { return hit(entry, words); }).filter(function (one) {
      return one.found;
    });
    var tells = telling_words(hits, words, places.length);
    var phrase = phrase_of(all);
    hits = hits.map(function (one) { return scored(one, words, tells, phrase); });
    hits.sort(function (a, b) {
      return b.score - a.score || b.found - a.found || a.meant - b.meant;
    });
    hits = once(hits);
    element("p", left_of(all, words) + counted(hits, words), place).setAttribute("role", "status");
    var few = hits.filter(function (hit) { return hit.found === words.length; }).length < 3;
    if (few) { element("p", hint(words), place).className = "sk-hint"; }
    var list = element("ul", "", place);
    list.className = "sk-hits";
    hits.slice(0, MOST).forEach(function (hit) {
      var line = element("li", "", list), link = element("a", hit.entry.title, line);
      link.href = root + hit.entry.url;
      /* sections of several pages share a title */
      if (hit.entry.page) { element("span", " \u2013 " + hit.entry.page, line).className = "sk-hit-page"; }
      passage(hit.entry.text, hit.marks, line);
    });
    if (hits.length > MOST) { element("p", "The first " + MOST + " of " + hits.length + " are shown.", place); }
  }
  load("search-text.js", function () { load("cards.js", show); });
});

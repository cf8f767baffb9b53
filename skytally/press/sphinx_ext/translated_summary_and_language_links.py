"""Summary pages in other languages: their sentences, links between them, and their `lang`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from skytally import claims
from skytally.core import (
    DataError,
    data_folder,
    evidence_line_name_constants as n,
    read_table,
    slug_of,
    words as vocabulary_words,
)
from skytally.press.cards.card_fields_and_text_shortening import address
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    findings,
    read_results_json,
)
from skytally.press.sphinx_ext.html_blocks import Block, cell, to_root
from skytally.press.translations.summary_sentence_reading_and_filling import (
    ENGLISH,
    FindingFacts,
    Piece,
    SummaryText,
    filled_english,
    filled_summary,
    joined,
    places,
    summary_texts,
)
from skytally.press.translations.translated_quantities import number_text
from skytally.press.translations.translated_term_tables import (
    FOLDER,
    NUMBER,
    QUANTITY,
    LanguageWords,
    language_words,
    table_path,
)

FRONT, FRONT_NAME = "index", "English"
"""Page that the summaries sum up, and its language in its own words."""
SHOWN_SCALES = (("bound", "bound"), ("state", "state"), ("reliability", "reliability"))
"""Scales whose words a page explains, each with the label over them; verdicts have a table."""


def languages() -> list[dict[str, str]]:
    """Languages that have a page, in the order of their table; none where there is no table."""
    path = table_path("languages")
    if not path.is_file():
        return []
    rows = read_table(path).to_dict("records")
    return [{str(key): str(value) for key, value in row.items()} for row in rows]


def _facts(app: Sphinx, keys: Iterable[str]) -> dict[str, FindingFacts]:
    """Collect what sentences ask of findings.

    Raises
    ------
    DataError
        If a finding does not exist.
    """
    known, record = findings(app), card_record()
    unknown = sorted({key for key in keys if key not in known})
    if unknown:
        message = f"translated-summary: no finding {', '.join(unknown)}; correct the key"
        raise DataError(message)
    facts = {}
    for key in keys:
        counters = dict.fromkeys(
            str(record.rows[row][1].get("counter", ""))
            for row in known[key]["inputs"]
            if row in record.rows
        )
        named = {each: record.names.get(each, each) for each in counters if each}
        facts[key] = FindingFacts(known[key], named)
    return facts


class TranslatedSummary(Directive):
    """Print the summary in one language, filled from findings."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the notice and the sections, or a warning where something is missing."""
        try:
            return list(self._nodes())
        except DataError as error:
            return [self.state.document.reporter.warning(str(error), line=self.lineno)]

    def _nodes(self) -> Iterator[nodes.Node]:
        env, folder = self.state.document.settings.env, data_folder() / FOLDER
        self.up, language = to_root(env.docname), self.arguments[0]
        if language not in {row["id"] for row in languages()}:
            message = f"translated-summary: no language {language!r}; add it to languages.csv"
            raise DataError(message)
        self.english = summary_texts(ENGLISH, folder)
        self.texts = {text.id: text.text for text in summary_texts(language, folder)}
        keys = dict.fromkeys(key for text in self.english for key, _ in places(text.text))
        self.facts = _facts(env.app, keys)
        self.words = language_words(language, folder)
        yield from self._notice()
        for heading, points in self._sections():
            section = nodes.section(ids=[slug_of(heading.id)])
            section += nodes.title("", self.texts[heading.id])
            section += self._points(points)
            if heading.id == "press":
                section += nodes.raw("", self._verdicts(env.app), format="html")
            yield section
        yield nodes.raw("", self._scales() + self._side_by_side(), format="html")

    def _notice(self) -> Iterator[nodes.Node]:
        """Who has checked the page: in the language, and in English."""
        for text in self.english:
            if text.part == "notice":
                here, english = cell(self.texts[text.id]), cell(text.text)
                html = (
                    f'<div class="sk-notice" role="note"><p>{here}</p>'
                    f'<p lang="en">{english}</p></div>'
                )
                yield nodes.raw("", html, format="html")

    def _sections(self) -> list[tuple[SummaryText, list[SummaryText]]]:
        found: list[tuple[SummaryText, list[SummaryText]]] = []
        for text in self.english:
            if text.part == "heading":
                found.append((text, []))
            elif text.part == "point" and found:
                found[-1][1].append(text)
        return found

    def _points(self, points: Sequence[SummaryText]) -> nodes.bullet_list:
        listed = nodes.bullet_list()
        for point in points:
            listed += nodes.list_item("", self._sentence(point))
        return listed

    def _sentence(self, point: SummaryText) -> nodes.paragraph:
        """Return the sentence, in English where a word of its findings has no counterpart."""
        pieces = filled_summary(self.texts[point.id], self.facts, self.words)
        if pieces is not None:
            return nodes.paragraph("", "", *self._linked(pieces))
        english = self._linked(filled_english(point.text, self.facts))
        lead = f'({cell(self.texts["label_untranslated"])}) <span lang="en">'
        ends = (nodes.raw("", words, format="html") for words in (lead, "</span>"))
        return nodes.paragraph("", "", next(ends), *english, next(ends))

    def _linked(self, pieces: Iterable[Piece]) -> Iterator[nodes.Node]:
        for piece in pieces:
            if not piece.finding:
                yield nodes.Text(piece.text)
                continue
            target = self.up + address("finding", piece.finding)
            yield nodes.reference(
                "", piece.text, refuri=target, classes=["sk-finding"], internal=True
            )

    def _verdicts(self, app: Sphinx) -> str:
        """Table of the verdicts: the word here, the English word, and how many sentences."""
        counted = Counter(claim["verdict"] for claim in read_results_json(app, "claims.json"))
        head = "".join(
            f'<th scope="col">{cell(self.texts[label])}</th>'
            for label in ("label_verdict", "label_english", "label_sentences")
        )
        rows = "".join(
            f'<tr><th scope="row">{cell(self.words.wording("verdict", word).text)}</th>'
            f'<td lang="en">{cell(word)}</td>'
            f"<td>{number_text(str(counted[word]), self.words.language)}</td></tr>"
            for word in claims.VERDICTS
        )
        return (
            f'<table class="sk-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        )

    def _scales(self) -> str:
        """Fold with the fixed words of the book, each beside its English word."""
        known = {
            "bound": n.BOUNDS,
            **{scale: vocabulary_words(data_folder() / "record")[scale]
               for scale in ("state", "reliability")},
        }  # fmt: skip
        rows = "".join(
            f'<tr><th scope="row">{cell(_shown(self.words, scale, word))}</th>'
            f'<td lang="en">{cell(word)}</td><td>{cell(self.texts[f"label_{label}"])}</td></tr>'
            for scale, label in SHOWN_SCALES
            for word in known[scale]
        )
        head = "".join(
            f'<th scope="col">{cell(words)}</th>'
            for words in (self.texts["label_here"], self.texts["label_english"], "")
        )
        return self._fold(
            "label_words",
            f'<table class="sk-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>',
        )

    def _side_by_side(self) -> str:
        """Fold with each sentence beside its English original, for whoever checks the words."""
        rows = []
        for text in self.english:
            if text.part in ("heading", "point"):
                pieces = filled_summary(self.texts[text.id], self.facts, self.words)
                here = self.texts["label_untranslated"] if pieces is None else joined(pieces)
                english = joined(filled_english(text.text, self.facts))
                rows.append(f'<tr><td>{cell(here)}</td><td lang="en">{cell(english)}</td></tr>')
        head = "".join(
            f'<th scope="col">{cell(self.texts[label])}</th>'
            for label in ("label_here", "label_english")
        )
        return self._fold(
            "label_original",
            f'<table class="sk-table"><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>",
        )

    def _fold(self, label: str, html: str) -> str:
        return f"<details><summary>{cell(self.texts[label])}</summary>{html}</details>"


def _shown(words: LanguageWords, scale: str, word: str) -> str:
    """Words of a scale without the signs for a number."""
    text = words.wording(scale, word).text
    return text.replace(NUMBER, "").replace(QUANTITY, "").strip(" ,")


class LanguageLinks(Block):
    """Link the summaries in all languages, and the front page, from one another."""

    def html(self) -> str:
        """Return one line; nothing for a book in one language."""
        page = self.state.document.settings.env.docname
        up, known = to_root(page), languages()
        pages = [(ENGLISH, FRONT_NAME, FRONT)] + [
            (row["id"], row["name"], row["page"]) for row in known
        ]
        links = " · ".join(
            f'<a href="{cell(f"{up}{target}.html")}" lang="{cell(language)}" '
            f'hreflang="{cell(language)}">{cell(name)}</a>'
            for language, name, target in pages
            if target != page
        )
        names = ", ".join(row["english_name"] for row in known)
        label = f"Summary in other languages: {names}"
        nav = f'<nav class="sk-languages" lang="en" aria-label="{cell(label)}">{links}</nav>'
        return nav if known else ""


def in_its_language(page: str, body: str) -> str:
    """Body of a page, marked with its language where that is another than English."""
    of_page = {row["page"]: row["id"] for row in languages()}
    if page not in of_page:
        return body
    return f'<div lang="{cell(of_page[page])}" class="sk-translated">{body}</div>'


def language_tags(page: str) -> str:
    """Links from the head of a page to it in the other languages; empty where there are none."""
    of_page = {row["page"]: row["id"] for row in languages()}
    if not of_page or page not in {*of_page, FRONT}:
        return ""
    up, others = to_root(page), [(language, other) for other, language in of_page.items()]
    return "".join(
        f'<link rel="alternate" hreflang="{cell(language)}" href="{cell(up + other)}.html">\n'
        for language, other in ((ENGLISH, FRONT), ("x-default", FRONT), *others)
    )


def mark_language(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Mark the language of a page, and link it in the others."""
    if doctree is None:
        return
    context["body"] = in_its_language(pagename, context["body"])
    context["metatags"] = context.get("metatags", "") + language_tags(pagename)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives and the hook."""
    app.add_directive("translated-summary", TranslatedSummary)
    app.add_directive("language-links", LanguageLinks)
    app.connect("html-page-context", mark_language, priority=850)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}

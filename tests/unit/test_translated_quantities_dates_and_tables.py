"""Summary pages in other languages: words, plurals, dates, and what their tables may hold."""

# Words of Russian and Ukrainian have letters that look like Latin ones.
# ruff: noqa: RUF001, RUF002

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from skytally import claims, findings
from skytally.core import data_folder, when
from skytally.press import data_and_parameter_check_parts
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.press.sphinx_ext.translated_summary_and_language_links import LanguageLinks, languages
from skytally.press.translations.summary_sentence_reading_and_filling import (
    ENGLISH,
    FindingFacts,
    filled_english,
    filled_summary,
    joined,
    places,
    summary_texts,
)
from skytally.press.translations.translated_dates import date_words
from skytally.press.translations.translated_quantities import quantity_words
from skytally.press.translations.translated_term_tables import (
    FOLDER,
    LanguageWords,
    NotTranslatedError,
    language_words,
)
from tests.support.directives_without_page import bare

LANGUAGES = ("ko", "uk", "ru")
IMAGES = {"key": "coverage.answer", "said": "no image", "unit": "images", "when": ""}


@cache
def _words(language: str) -> LanguageWords:
    return language_words(language, data_folder() / FOLDER)


@pytest.mark.parametrize(
    ("language", "said", "unit", "expected"),
    [
        ("ko", "about 73 railcars", "railcars", "화차 약 73량"),
        ("ko", "more than 13,000 containers", "containers", "컨테이너 13,000개 초과"),
        ("ko", "28,000-odd containers", "containers", "컨테이너 28,000여개"),
        ("ko", "65 to 81 railcars", "railcars", "화차 65~81량"),
        ("ko", "at most 6.4 percent", "p", "최대 6.4%"),
        ("ru", "21 railcars", "railcars", "21 вагон"),
        ("ru", "1 railcar", "railcars", "1 вагон"),
        ("ru", "2 railcars", "railcars", "2 вагона"),
        ("ru", "11 railcars", "railcars", "11 вагонов"),
        ("ru", "2.6 times", "times", "2,6 раза"),
        ("ru", "about 21 railcars", "railcars", "около 21 вагона"),
        ("ru", "about 22 railcars", "railcars", "около 22 вагонов"),
        ("ru", "at least 25 calls", "calls", "не менее 25 заходов"),
        ("ru", "more than 13,000 containers", "containers", "более 13 000 контейнеров"),
        ("ru", "28,000-odd containers", "containers", "28 000 с лишним контейнеров"),
        ("ru", "65 to 81 railcars", "railcars", "от 65 до 81 вагона"),
        ("ru", "25 calls or more", "calls", "25 заходов или более"),
        ("ru", "no statement", "statements", "0 заявлений"),
        ("ru", "no more than about 20 railcars", "railcars", "не более чем около 20 вагонов"),
        ("uk", "22 railcars", "railcars", "22 вагони"),
        ("uk", "about 22 railcars", "railcars", "близько 22 вагонів"),
        ("uk", "more than 22 railcars", "railcars", "понад 22 вагони"),
        ("uk", "at least 21 calls", "calls", "щонайменше 21 захід"),
        ("uk", "200,000 to 260,000 shells per month", "shells per month",
         "від 200 000 до 260 000 снарядів на місяць"),
        ("uk", "up to 50 percent", "percent", "до 50 %"),
        ("uk", "2.6 km2", "km2", "2,6 км²"),
        ("uk", "no number", "calls", "без числа"),
    ],
)  # fmt: skip
def test_a_quantity_keeps_bound_number_and_unit(
    language: str, said: str, unit: str, expected: str
) -> None:
    """The bound governs the case, the number the plural, the language the separators."""
    assert quantity_words(said, unit, _words(language)).replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("roughly 73 railcars", "railcars"),
        ("20,000-odd or more containers", "containers"),
        ("73 silences", "silences"),
        ("between 0–3 percent and more than 99 percent", "percent"),
        ("about 73", "wheels"),
        ("a great many", "ships"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_without_a_counterpart_are_refused(language: str, said: str, unit: str) -> None:
    """No bound, unit or second half is dropped in silence."""
    with pytest.raises(NotTranslatedError, match=r"no (words|forms|pattern)"):
        quantity_words(said, unit, _words(language))


@pytest.mark.parametrize(
    ("language", "date", "expected"),
    [
        ("ko", "5 October 2023", "2023년 10월 5일"),
        ("ko", "August 2023 to 12 February 2024", "2023년 8월 ~ 2024년 2월 12일"),
        ("ko", "2026, day not known", "2026년, 날짜는 알려지지 않음"),
        ("ko", "2025 to 2026, day not known", "2025년 ~ 2026년, 날짜는 알려지지 않음"),
        ("ru", "October 2023", "октябрь 2023 г."),
        ("ru", "until January 2024", "до января 2024 г. включительно"),
        ("ru", "on or before 8 September 2023", "не позднее 8 сентября 2023 г."),
        ("ru", "about 17 June 2024", "около 17 июня 2024 г."),
        ("ru", "between 7 and 10 March 2024", "в промежутке 7 марта 2024 г. – 10 марта 2024 г."),
        ("uk", "October 2023", "жовтень 2023 р."),
        ("uk", "from May 2023", "від травня 2023 р."),
        ("uk", "about 1 February 2024 to 22 February 2024",
         "близько 1 лютого 2024 р. – 22 лютого 2024 р."),
        ("uk", "on 13 September 2023", "13 вересня 2023 р."),
        ("uk", "no date", "без дати"),
    ],
)  # fmt: skip
def test_a_date_keeps_its_precision(language: str, date: str, expected: str) -> None:
    """Months alone stand in the case that the words around them govern."""
    assert re.sub(r"[\u00a0\u202f]", " ", date_words(date, _words(language))) == expected


@pytest.mark.parametrize("first", ["day", "month", "year", "nominal", "open"])
@pytest.mark.parametrize("last", ["day", "month", "year", "nominal", "open"])
def test_every_date_that_the_book_can_word_is_read_back(first: str, last: str) -> None:
    """Whatever precision a row has, its date has words in each language."""
    days = pd.Timestamp("2023-08-01"), pd.Timestamp("2024-02-29")
    english = when(*days, first, last)
    for language in LANGUAGES:
        assert date_words(english, _words(language))


def test_a_date_that_is_none_is_refused() -> None:
    """Words that are no date of the book have no place in its pages."""
    with pytest.raises(NotTranslatedError, match="no pattern for the date 'soon'"):
        date_words("soon", _words("ru"))


@pytest.fixture(scope="module")
def facts() -> dict[str, FindingFacts]:
    """Evaluate the findings that the pages name, and one of the images without declaration."""
    english = summary_texts(ENGLISH, data_folder() / FOLDER)
    named = {key for text in english for key, _ in places(text.text)}
    declared = [each for each in declared_findings()[0] if each.key in named]
    tables = claims.read_tables(data_folder() / "record")
    made = findings.evaluate(declared, tables, parameters=page_parameters())
    rows = [*json.loads(findings.as_json(made)), IMAGES]
    return {row["key"]: FindingFacts(row, {"csis": "CSIS"}) for row in rows}


def _numbers(words: str) -> list[str]:
    """Digits of the numbers of a text, with a point for decimals."""
    plain = re.sub(r"(?<=\d)[\u00a0\u202f](?=\d{3})", "", words)
    plain = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", plain)
    return re.findall(r"\d+(?:\.\d+)?", re.sub(r"(?<=\d),(?=\d)", ".", plain))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_of_a_page_is_that_of_the_english_finding(
    facts: Mapping[str, FindingFacts], language: str
) -> None:
    """Every sentence is translated, with the numbers of the English one and no other."""
    english = {text.id: text.text for text in summary_texts(ENGLISH, data_folder() / FOLDER)}
    numbers = 0
    for text in summary_texts(language, data_folder() / FOLDER):
        # the Korean month is a number, the English a word
        kept = re.sub(r"\{[^{}]*:when\}", "", text.text)
        theirs = re.sub(r"\{[^{}]*:when\}", "", english[text.id])
        pieces = filled_summary(kept, facts, _words(language))
        assert pieces is not None, text.id
        english_words = joined(filled_english(theirs, facts))
        none_of = re.sub(r": no (image|statement)(?=\.)", ": 0", english_words)
        expected = _numbers(none_of)
        assert sorted(_numbers(joined(pieces))) == sorted(expected), text.id
        numbers += len(expected)
        assert filled_summary(text.text, facts, _words(language)) is not None, text.id
    assert numbers > 25


def test_a_changed_row_changes_the_pages_as_it_changes_the_english() -> None:
    """One count in the record is another: so it is in each language."""
    declared = [each for each in declared_findings()[0] if "railcars_october_2023" in each.key]
    tables = claims.read_tables(data_folder() / "record")
    before = findings.evaluate(declared, tables, parameters=page_parameters())[0]
    counts = tables["rail_counts"].copy()
    counts.loc[counts["id"] == before.inputs[0], "value"] = 91.0
    after = findings.evaluate(
        declared, {**tables, "rail_counts": counts}, parameters=page_parameters()
    )[0]
    assert (before.said, after.said) == ("about 73 railcars", "about 91 railcars")
    for language, words in {
        "ko": "화차 약 91량", "uk": "близько 91 вагона", "ru": "около 91 вагона",
    }.items():  # fmt: skip
        row = {"key": after.key, "said": after.said, "unit": after.unit, "when": after.when}
        pieces = filled_summary(f"{{{after.key}}}", {after.key: FindingFacts(row, {})},
                                _words(language))  # fmt: skip
        assert pieces is not None
        assert joined(pieces).replace("\u00a0", " ") == words


def test_a_softening_word_without_translation_leaves_the_sentence_to_english() -> None:
    """A new word of a source never stops the build, and is never left out."""
    row = {"key": "a.b", "said": "roughly 73 railcars", "unit": "railcars", "when": ""}
    known = {"a.b": FindingFacts(row, {})}
    assert filled_summary("CSIS: {a.b}.", known, _words("uk")) is None
    assert joined(filled_english("CSIS: {a.b}.", known)) == "CSIS: roughly 73 railcars."


def test_a_date_that_ends_in_a_stop_ends_the_sentence() -> None:
    """Russian writes *г.*, and one stop is enough."""
    row = {"key": "a.b", "said": "", "unit": "", "when": "17 May 2024"}
    pieces = filled_summary("Последнее: {a.b:when}.", {"a.b": FindingFacts(row, {})}, _words("ru"))
    assert pieces is not None
    assert re.sub(r"[\u00a0\u202f]", " ", joined(pieces)) == "Последнее: 17 мая 2024 г."


def test_the_languages_link_one_another() -> None:
    """Each page links the others and the front page, in their own words and with their codes."""
    shown = bare(LanguageLinks, docname="summary-ko").html()
    assert re.findall(r'href="([^"]+)" lang="(\w+)" hreflang="(\w+)"', shown) == [
        ("index.html", "en", "en"),
        ("summary-uk.html", "uk", "uk"),
        ("summary-ru.html", "ru", "ru"),
    ]
    assert [row["id"] for row in languages()] == list(LANGUAGES)


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the data, the notebooks and the pages."""
    made = tmp_path_factory.mktemp("translations") / "project"
    ignored = shutil.ignore_patterns("_build", "scenes", "measured", "editions", ".*")
    for part in ("data", "notebooks", "book"):
        shutil.copytree(root / part, made / part, ignore=ignored)
    return made


@pytest.fixture
def project(copy: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of the translations of a copy, whose files are put back."""
    monkeypatch.setenv("SKYTALLY_PROJECT", str(copy))
    folder = copy / "data" / FOLDER
    before = {path: path.read_bytes() for path in folder.iterdir()}
    yield folder
    for path, content in before.items():
        path.write_bytes(content)


EDITS: tuple[tuple[str, str, str, str], ...] = (
    ("summary_uk.csv", "never_intent,", "never_intend,",
     "translations/summary_uk.csv, line 42, column id: found 'never_intend'"),
    ("summary_uk.csv", "never_intent,", "never_intend,",
     "translations/summary_uk.csv, column id: found no row for 'never_intent'; add it"),
    ("summary_ko.csv", "{port-imagery.calls_csis}(", "25회(",
     "column text: found 0 of {port-imagery.calls_csis} where English has 1"),
    ("summary_ru.csv", "RUSI видел, как", "RUSI в 2023 году видел, как",
     "found the typed digit '2'; quote a finding"),
    ("summary_ru.csv", "RUSI видел, как", "RUSI доказал, как",
     "found 'доказ', a word of certainty; say what was seen and by whom"),
    ("summary_ko.csv", "어떤 영상도", "확실히 어떤 영상도", "found '확실', a word of certainty"),
    ("summary_uk.csv", "Що хтось", "{x} Що хтось", "found a brace that names no finding, '{x}'"),
    ("summary_ru.csv", "{port-imagery.first_large_vessel:when}",
     "{p\u043ert-imagery.first_large_vessel:when}",
     "found a brace that names no finding, '{p\u043ert-imagery.first_large_vessel:when}', in which "
     "U+043E (cyrillic small letter o) only looks like o; write "
     "{port-imagery.first_large_vessel:when}"),
    ("summary_ko.csv", "{port-imagery.calls_csis}", "{port\u2011imagery.calls_csis}",
     "in which U+2011 (non-breaking hyphen) only looks like -; write {port-imagery.calls_csis}"),
    ("summary_ko.csv", "{port-imagery.calls_csis}", "\uff5bport-imagery.calls_csis\uff5d",
     "(fullwidth right curly bracket) only looks like }; write {port-imagery.calls_csis}"),
    ("summary_ko.csv", "{port-imagery.calls_csis}", "{port-imagery.calls_csis",
     "found a brace that names no finding, '{port-imagery.calls_csis"),
    ("summary_uk.csv", "Що хтось", "\uff5bx\uff5d Що хтось", "found a brace that names no finding"),
    ("summary_en.csv", "rail-counts.baseline}", "rail-counts.base_line}",
     "found no finding 'rail-counts.base_line'; write a key of data/findings"),
    ("summary_en.csv", "rail-counts.baseline:when}", "rail-counts.baseline:then}",
     "found 'then'; write when, interval, counter, or nothing"),
    ("languages.csv", "uk,Українська", "xx,Українська", "found 'xx'; write a language"),
    ("languages.csv", "summary-uk", "summary-ua", "found no page book/summary-ua.md"),
    ("languages.csv", "summary-ru\n", "summary-ru\nde,Deutsch,German,summary-ru\n",
     "found no table summary_de.csv; add it with its dictionary"),
    ("unit_forms.csv", "ru,railcars,# вагон,# вагона", "ru,railcars,# вагон,",
     "column few: found ''; write the form with one # for the number"),
    ("unit_forms.csv", "ko,pits,", "ko,pots,",
     "column unit: found no row for 'pits'; add it in ko"),
    ("closed_scale_words.csv", "ru,bound,at least", "ru,bound,at last",
     "found no row for 'bound: at least'; add it in ru"),
    ("closed_scale_words.csv", "ko,bound,about,약 #", "ko,bound,about,약",
     "found '약' with 0 of # and …; write 1"),
    ("closed_scale_words.csv", "uk,verdict,holds in part", "uk,verdict,holds im part",
     "found no row for 'verdict: holds in part'; add it in uk"),
    ("closed_scale_words.csv", ",genitive", ",dative", "column governs: found 'dative'"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "told"), EDITS)
def test_a_fault_of_a_table_is_told_with_file_and_row(
    project: Path, name: str, old: str, new: str, told: str
) -> None:
    """A missing key, a lost number, a typed one, a word of certainty: each in one line."""
    text = (project / name).read_text(encoding="utf-8")
    assert old in text
    (project / name).write_text(text.replace(old, new), encoding="utf-8")
    assert told in "\n".join(_faults())


def _faults() -> list[str]:
    """Faults of the translations that the check of the data finds."""
    return [str(fault) for fault in data_and_parameter_check_parts._translation_faults()]


def test_tables_as_they_are_have_no_fault(project: Path) -> None:
    """The copy is in order before anything is changed."""
    assert _faults() == []


def test_a_misspelt_place_is_told_once(project: Path) -> None:
    """A place that holds a look-alike letter is not told again as one that is missing."""
    path = project / "summary_ru.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{port-imagery", "{p\u043ert-imagery", 1), encoding="utf-8")
    (fault,) = _faults()
    assert "found a brace that names no finding" in fault

"""Words of one language for what the English pages fix: bounds, units, dates, verdicts, names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from babel import Locale

from skytally.core import data_folder, read_table

FOLDER = "translations"
"""Folder of the tables, in the data folder."""
NUMBER, QUANTITY = "#", "…"
"""Signs that stand for the number, and for the number with its unit or for a date."""
CATEGORIES = ("one", "few", "many", "other")
"""Plural categories of Unicode CLDR that the table of units has a column for."""
GENITIVE = "genitive"
GENITIVE_FORMS = MappingProxyType({"one": "other", "few": "many"})
"""Category whose form stands for the genitive of another one: *21 вагон*, but *около 21 вагона*."""


class NotTranslatedError(Exception):
    """Words of a finding for which a language has none; the English sentence stands instead."""


@dataclass(frozen=True)
class Wording:
    """What stands for one English word of a scale."""

    text: str
    """The words, with `NUMBER` or `QUANTITY` where the English has them."""
    genitive: bool
    """Whether the unit or the month beside them stands in the genitive."""


@dataclass(frozen=True)
class LanguageWords:
    """All words of one language."""

    language: str
    """ISO 639-1, which is also the name of its locale."""
    scales: Mapping[tuple[str, str], Wording]
    """What stands for each word of each scale."""
    units: Mapping[str, Mapping[str, str]]
    """Form of each unit for each plural category."""
    counters: Mapping[str, str]
    """Usual name of each counter that has one."""

    @property
    def locale(self) -> Locale:
        """Rules of plurals, numbers and dates."""
        return Locale.parse(self.language)

    def wording(self, scale: str, word: str) -> Wording:
        """Look up what stands for a word.

        Raises
        ------
        NotTranslatedError
            If the language has none.
        """
        if (scale, word) not in self.scales:
            message = f"no words for {word!r} of the scale {scale}"
            raise NotTranslatedError(message)
        return self.scales[scale, word]

    def unit_form(self, unit: str, number: float, *, genitive: bool) -> str:
        """Form of a unit after a number, with `NUMBER` where the number stands.

        Raises
        ------
        NotTranslatedError
            If the language has no such unit.

        Examples
        --------
        >>> forms = {"one": "# вагон", "few": "# вагона", "many": "# вагонов", "other": "# вагона"}
        >>> russian = LanguageWords("ru", {}, {"railcars": forms}, {})
        >>> made = (russian.unit_form("railcars", n, genitive=False) for n in (21, 22, 25, 2.6))
        >>> [" ".join(form.split()) for form in made]
        ['# вагон', '# вагона', '# вагонов', '# вагона']
        >>> made = (russian.unit_form("railcars", n, genitive=True) for n in (21, 22, 25))
        >>> [" ".join(form.split()) for form in made]
        ['# вагона', '# вагонов', '# вагонов']
        """
        if unit not in self.units:
            message = f"no forms of the unit {unit!r}"
            raise NotTranslatedError(message)
        # a whole number that came as 73.0 is one without decimals
        category = self.locale.plural_form(int(number) if number == int(number) else number)
        if genitive and len(self.locale.plural_form.tags) > 1:
            category = GENITIVE_FORMS.get(category, category)
        return self.units[unit][category].replace(" ", "\u00a0")


def table_path(name: str, folder: Path | None = None) -> Path:
    """Path of a table of the translations."""
    return (folder or data_folder() / FOLDER) / f"{name}.csv"


def language_words(language: str, folder: Path) -> LanguageWords:
    """Read the words of a language.

    Parameters
    ----------
    language : str
        ISO 639-1.
    folder : pathlib.Path
        Folder with the tables *closed_scale_words*, *unit_forms* and *counter_names*.

    Returns
    -------
    LanguageWords
    """

    def rows(name: str) -> list[dict[str, str]]:
        table = read_table(table_path(name, folder))
        return [
            {str(column): str(cell) for column, cell in row.items()}
            for row in table[table["language"] == language].to_dict("records")
        ]

    return LanguageWords(
        language,
        {
            (row["scale"], row["word"]): Wording(row["text"], row["governs"] == GENITIVE)
            for row in rows("closed_scale_words")
        },
        {row["unit"]: {each: row[each] for each in CATEGORIES} for row in rows("unit_forms")},
        {row["counter"]: row["name"] for row in rows("counter_names")},
    )

"""The scripts of the laboratory: words, kernels, findings, settings, parameter files."""

from __future__ import annotations

import json
import math
import random
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from skytally.core import DataError, number, rounded_outwards
from skytally.core.number_and_date_words import percent_text
from skytally.press import notebook_parameter_reader_and_checks
from skytally.press.flip_sets_of_findings_and_verdicts import reevaluation
from skytally.press.laboratory.laboratory_script_data_export import laboratory_script
from skytally.press.laboratory.laboratory_script_load_order import DOOR, ENGINE, FOLDER, PANEL
from skytally.press.laboratory.reader_adjustable_parameters import parameter_options
from skytally.press.parameter_days_order_and_row_id_checks import record_values, value_faults
from skytally.record import WholeRecord, filtered
from skytally.statistics.level_ratio_and_power import Numbers, level_ratio
from skytally.statistics.port_calls import port_calls_from_ship_days, stay_length
from skytally.statistics.port_calls.berth_observations_and_stay_prior import Dwell
from skytally.statistics.port_calls.port_calls_from_ship_days import _calls, _extreme_shares
from skytally.statistics.predictive_tail_given_ceiling import tails_of_bound
from tests.support.laboratory_script_runner import ABSENT, answers, can_run, laboratory, run_script
from tests.support.random_laboratory_settings import differences, random_settings, stay_taken, under
from tests.support.real_record_evidence_and_made_up_rule import record_tables

needs_scripts = pytest.mark.skipif(not can_run(), reason=ABSENT)
LAB = "globalThis.skytallyLaboratory"
LARGEST_BYTES = 700_000


def test_scripts_are_those_of_the_folder() -> None:
    """Every script of the folder is loaded by a page, and none that is not there."""
    assert {path.name for path in FOLDER.iterdir()} == {*ENGINE, PANEL, DOOR}


@pytest.mark.parametrize("name", [*ENGINE, PANEL, DOOR])
def test_scripts_make_no_code_and_no_markup_of_text(name: str) -> None:
    """No script evaluates text as code, writes text as markup, or asks for anything by network."""
    forbidden = (
        r"\beval\(|new Function|innerHTML|outerHTML|document\.write|fetch\(|XMLHttp|\bimport\b"
    )
    assert not re.findall(forbidden, (FOLDER / name).read_text(encoding="utf-8"))


def test_exported_record_is_small_safe_and_the_same_twice() -> None:
    """The script file of the record ends no script block, and has the same bytes each time."""
    text = laboratory_script(laboratory(cheap=True))
    assert len(text.encode()) < LARGEST_BYTES
    assert "<" not in text
    assert text == laboratory_script(laboratory(cheap=True))


def _drawn_numbers() -> list[float]:
    rng = random.Random(3)
    drawn = [rng.choice([1, -1]) * 10 ** rng.uniform(-6, 9) for _ in range(400)]
    ties = [k / 8 for k in range(-40, 41)] + [k * 10**e + 0.5 for k in range(5) for e in range(4)]
    return [
        *drawn,
        *map(round, drawn[:100]),
        *ties,
        1e15,
        123456.5,
        1234565.0,
        0.0001,
        0.00001234565,
    ]


@needs_scripts
def test_numbers_are_worded_and_rounded_as_python_does() -> None:
    """Digits, thousands, ties and outward rounding are the same, letter by letter."""
    values = _drawn_numbers()
    expression = f"""(() => {{ const w = {LAB}.words;
      return {json.dumps(values)}.map((x) => [w.general(x, 6), w.general(x, 2), w.number(x),
        w.fixed(x, 0), w.rounded(x, 9), w.roundedOutwards(x, Math.floor, 2),
        w.roundedOutwards(x, Math.ceil, 3), w.percentText(Math.abs(x) % 100)]); }})()"""
    expected = [
        [f"{x:g}", f"{x:.2g}", number(x), f"{x:.0f}" if round(x) else "0", round(x, 9),
         rounded_outwards(x, math.floor, digits=2),
         rounded_outwards(x, math.ceil, digits=3), percent_text(abs(x) % 100)]
        for x in values
    ]  # fmt: skip
    found = run_script(expression)
    assert [(x, a, b) for x, a, b in zip(values, expected, found, strict=True) if a != b] == []


@needs_scripts
@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("day<=2024-02-05", 1), ("day>=2024-02-05", 2), ("day=2024-02-05", 1),
        ("day!=2024-02-05", 2), ("day=2024-02-05|2024-04-30", 2), ("day<=2024-04-30", 2),
        ("day<=05/02/2024", None), ("day<=7/31/2023", None), ("day=2024-2-5", None),
        ("day!=2024-2-5", None), ("day<=2024-04", None), ("day>=2024", None), ("day=", None),
        ("day=2024-02-05|2024-02-30", None),
    ],
)  # fmt: skip
def test_days_of_conditions_are_taken_and_refused_as_python_does(
    condition: str, rows: int | None
) -> None:
    """Only a day as YYYY-MM-DD is compared with days, under every sign; all else is refused."""
    days = ["2024-02-05", "2024-04-30", None]
    table = pd.DataFrame({"day": pd.to_datetime(days)})
    expression = f"""(() => {{ const w = {LAB}.words;
      const cells = {json.dumps(days)}.map((each) => ({{ day: each ? w.dayOf(each) : NaN }}));
      try {{
        const test = {LAB}.record.WholeRecord.prototype.parsed(
          {{ types: {{ day: "date" }} }}, {json.dumps(condition)});
        return cells.filter(test).length;
      }} catch (error) {{ return error instanceof w.DataError ? null : String(error); }} }})()"""
    assert run_script(expression) == rows
    if rows is None:
        with pytest.raises(DataError, match=r"is no date; write a day that exists as YYYY-MM-DD"):
            filtered(table, condition)
    else:
        assert len(filtered(table, condition)) == rows


@needs_scripts
def test_draws_are_those_of_numpy() -> None:
    """Beta and normal draws of one seed are numpy's, one by one."""
    state = np.random.PCG64(7).state["state"]
    seeds = json.dumps({"7": [str(state["state"]), str(state["inc"])]})
    found = run_script(f"""(() => {{ const g = new {LAB}.random.Generator("7", {seeds});
      const beta = Array.from({{length: 3000}}, () => g.beta(3.2, 41.5));
      return [...beta, ...Array.from({{length: 3000}}, () => g.normal())]; }})()""")
    rng = np.random.default_rng(7)
    expected = np.concatenate([rng.beta(3.2, 41.5, 3000), rng.standard_normal(3000)])
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def _row(**cells: object) -> dict[str, object]:
    days = (pd.Timestamp("2023-08-26") - pd.Timestamp("1970-01-01")).days
    blank = {"date_first": days, "date_last": days + 195, "precision_first": "day",
             "precision_last": "day",
             "scope": "rajin", "counter": "csis", "quantity": "days", "low": None, "high": None,
             "bound": "exactly", "wording": "", "unit": "days", "method": "count"}  # fmt: skip
    return {**blank, "id": "X1", **cells}


@needs_scripts
@pytest.mark.parametrize(
    ("seen", "imaged", "ships"), [(49, 109, [1, 3]), (9, 30, [2, 4]), (60, 62, [1, 1])]
)
def test_calls_and_missed_calls_are_those_of_python(
    seen: int, imaged: int, ships: list[int]
) -> None:
    """Little's law on made-up rows, and the share of calls missed, agree to 1e-9."""
    state = np.random.PCG64(1).state["state"]
    seeds = json.dumps({"1": [str(state["state"]), str(state["inc"])]})
    rows = json.dumps([_row(value=seen), _row(value=imaged)])
    fill = "rows.forEach((row) => { row.low = NaN; row.high = NaN; })"
    found = run_script(f"""(() => {{ const rows = {rows}; {fill};
      const stay = {{low: 1.7, high: 4.4, level: 0.9}}, port = {LAB}.portCalls;
      const made = port.callsByShare(rows[0], rows[1], stay, {ships}, 1, {seeds});
      const ends = [made.calls, made.presence, port.chanceMissed(rows[1], stay)];
      return ends.flatMap((each) => [each.low, each.high]); }})()""")
    dwell = Dwell.between(1.7, 4.4, level=0.9)
    calls = _calls((seen, imaged), (196.0, 196.0), tuple(range(ships[0], ships[1] + 1)), dwell, 1)
    missed = _extreme_shares(imaged, 196.0, 1.7, 4.4)
    expected = [calls.calls.low, calls.calls.high, calls.presence.low, calls.presence.high, *missed]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@needs_scripts
@pytest.mark.parametrize(("most", "images", "count"), [(20, 13, 73), (36, 5, 40), (3, 40, 258)])
def test_chance_of_a_surge_is_that_of_python(most: int, images: int, count: int) -> None:
    """The largest chance over the priors agrees to 1e-9."""
    asked = {
        "count": count,
        "bounds": [most, most],
        "images": [1, images, 99],
        "weeks": 1,
        "sites": 1,
    }
    found = run_script(f"{LAB}.surge.surgeLimit({json.dumps(asked)}).value")
    largest = max(float(tail(count)[0]) for tail in tails_of_bound(most, (images,)).values())
    np.testing.assert_allclose(found, largest, rtol=1e-9)


@needs_scripts
@pytest.mark.parametrize("compare", ["trains", "metres"])
def test_ratio_of_levels_is_that_of_python(compare: str) -> None:
    """Median and interval of a ratio from made-up, partly open numbers agree to 1e-9."""
    before, after = [[2, 2], [0, 3], [5, 5]], [[4, 4], [9, 12]]
    found = run_script(f"""(() => {{
      const {{ ratio }} = {LAB}.trains.levelRatio({before}, {after}, "{compare}");
      return [ratio.low, ratio.value, ratio.high]; }})()""")
    sides = [Numbers(*np.array(each, float).T) for each in (before, after)]
    kind = {"trains": "counts", "metres": "lengths"}[compare]
    ratio = level_ratio(*sides, kind=kind).ratio
    np.testing.assert_allclose(found, [ratio.low, ratio.value, ratio.high], rtol=1e-9)


@needs_scripts
def test_findings_agree_with_python_under_settings_drawn_by_seed() -> None:
    """Numbers, intervals and sentences but slow estimates are those of Python."""
    again = laboratory(cheap=True).reevaluation
    settings = [{}, *random_settings(again, 2, seed=5)]
    faults = []
    for setting, page in zip(settings, answers(settings, cheap=True, claims=False), strict=True):
        changed, removed = under(again, setting)
        with stay_taken(setting):
            ours = {key: changed.finding(key, removed) for key in again.declarations}
        for key, found in ours.items():
            faults += differences(key, found, page["findings"][key])
    assert faults == []


@needs_scripts
def test_an_answer_does_not_depend_on_settings_that_were_answered_before() -> None:
    """What settings share leaves each answer as it is on a page that was just opened."""
    again = laboratory(cheap=True).reevaluation
    drawn = random_settings(again, 12, seed=21)
    settings = json.dumps([{}, *drawn, {}, *drawn[::-1]])
    call = f"""(() => {{ const settings = {settings}, wanted = {{ claims: false }};
      const after = laboratoryAnswers(settings, wanted);
      return settings.map((each, at) => laboratoryPlain(after[at])
        === laboratoryPlain(laboratoryAnswers([each], wanted)[0])); }})()"""
    assert run_script(call, record=True) == [True] * 26


@needs_scripts
def test_settings_come_back_from_the_address_and_from_yaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address gives back its setting; its parameter files are read as the same values."""
    again = laboratory(cheap=True).reevaluation
    settings = [{"sources": [], "counters": [], **each, "prior": 0.3, "stay": [1.5, 4]}
                for each in random_settings(again, 20, seed=9)]  # fmt: skip
    call = f"""{json.dumps(settings)}.map((setting) => {{
      const book = globalThis.book = globalThis.book || new {LAB}.Book(skytallyLaboratoryData);
      const read = {LAB}.setting.fromFragment({LAB}.setting.toFragment(setting), book);
      return [read, {LAB}.setting.asYaml(setting, book)]; }})"""
    monkeypatch.setattr(notebook_parameter_reader_and_checks, "parameters_folder", lambda: tmp_path)
    for setting, (read, yaml) in zip(settings, run_script(call, record=True), strict=True):
        assert read["faults"] == []
        assert (read["setting"]["prior"], read["setting"]["stay"]) == (0.3, [1.5, 4])
        assert read["setting"]["sources"] == sorted(setting["sources"])
        changed, _ = under(again, {"parameters": read["setting"]["parameters"]})
        assert yaml["files"].pop("book") == "prior: 0.3\n"
        assert "# notebooks/params/book.yml\nprior: 0.3\n" in yaml["text"]
        for page, text in yaml["files"].items():
            (tmp_path / f"{page}.yml").write_text(text, encoding="utf-8")
            own = notebook_parameter_reader_and_checks.parameter_values(page)
            assert changed.parameters[page] == {**again.parameters[page], **own}
        assert "no parameter file holds this: mean stay: 1.5 to 4 days" in yaml["text"]
        assert all(source in yaml["text"] for source in setting["sources"])


WRONG: list[tuple[str, Any]] = [
    ("rail-counts.sites_watched", 0), ("rail-counts.sites_watched", 1001),
    ("rail-counts.sites_watched", 2.5),
    ("rail-counts.baseline_row", "R999"), ("rail-counts.closure", ["2020-02-01"]),
    ("rail-counts.closure", ["2022-02-01", "2020-02-01"]), ("rail-counts.summit", "2023-02-30"),
    ("rail-counts.summit", "2035-01-01"), ("port-imagery.ships_at_once", [3, 1]),
    ("port-imagery.ships_at_once", [1, 10]), ("ais-gaps.first_named", "Nobody"),
    ("ais-gaps.first_named", "Angara|"), ("official-claims.report_day", "1999-01-01"),
    ("official-claims.shells_per_container", 300),
    ("official-claims.shells_per_container", [73, 500]),
    ("official-claims.shells_per_container", [300, 617]),
    ("official-claims.shells_per_container", [500, 300]),
    ("official-claims.within_days", -1), ("depot-expansion.toropets", ["D027", "R031"]),
]  # fmt: skip


@needs_scripts
def test_values_beyond_their_limits_are_refused_as_python_refuses_them() -> None:
    """A value that make book would refuse is refused in the address, by name, and no other."""
    again = reevaluation(WholeRecord(record_tables()))
    options = {f"{each['page']}.{each['name']}": each for each in parameter_options(again, {})}
    good = [(key, value) for each in random_settings(again, 8, seed=2)
            for key, value in each["parameters"].items()]  # fmt: skip
    asked = [*WRONG, *good]
    call = json.dumps([[options[key], value] for key, value in asked])
    found = run_script(f"{call}.map(([option, value]) => {LAB}.setting.valueFault(option, value))")
    record = record_values()
    for (key, value), fault in zip(asked, found, strict=True):
        page, name = key.split(".")
        default = {name: options[key]["default"]}
        shaped = notebook_parameter_reader_and_checks.same_shape(value, default[name])
        refused = not shaped or bool(list(value_faults(page, {name: value}, default, record)))
        assert bool(fault) == refused, (key, value, fault)


@needs_scripts
def test_faulty_parts_of_an_address_are_named_and_the_rest_is_used() -> None:
    """Unknown names, sources and values give one message each; what is right stays."""
    fragment = ("#what-if&rail-counts.sites_watched=0&official-claims.within_days=20&nonsense"
                "&prior=2&stay=9,1&without-sources=NOBODY_2020,KBS_20231007&%zz=1")  # fmt: skip
    book = f"new {LAB}.Book(skytallyLaboratoryData)"
    found = run_script(f"{LAB}.setting.fromFragment({json.dumps(fragment)}, {book})", record=True)
    assert found["setting"]["parameters"] == {"official-claims.within_days": 20}
    assert found["setting"]["sources"] == ["KBS_20231007"]
    named = ("sites_watched: found 0", "nonsense", "prior: found 2", "stay: found 9 to 1",
             "NOBODY_2020", "%zz")  # fmt: skip
    assert len(found["faults"]) == len(named)
    for words in named:
        assert any(words in fault for fault in found["faults"])


@needs_scripts
def test_length_of_stay_moves_what_rests_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stay that a reader sets gives the numbers that Python gives for such stays, and says so."""
    key = "port-imagery.missed_csis"
    again = reevaluation(WholeRecord(record_tables()))
    again = replace(again, declarations={key: again.declarations[key]})
    estimate = stay_length.Estimate(math.nan, 2.0, 5.0, "days", 0.9, "set by a reader")
    monkeypatch.setattr(port_calls_from_ship_days, "mean_stay", lambda _: estimate)
    ours = again.finding(key)
    call = f"""(() => {{ const book = new {LAB}.Book(skytallyLaboratoryData);
      book.declarations.set("{key}", {{ rows: "", of: "", where: "", part: "", once: "", order: "",
        distinct: "", value: "", unit: "", dates: "", otherwise: "", page: "port-imagery",
        ...{json.dumps(_cells(again.declarations[key]))} }});
      return book.under({{ stay: [2, 5] }}).finding("{key}"); }})()"""
    found = run_script(call, record=True)
    assert (found["low"], found["high"], found["said"]) == (ours.low, ours.high, ours.said)
    assert found["text"].startswith(ours.text)
    assert "A mean stay of 2 to 5 days is taken here" in found["text"]


def _cells(declaration: Any) -> dict[str, str]:
    return {name: cell for name, cell in vars(declaration).items() if isinstance(cell, str)}

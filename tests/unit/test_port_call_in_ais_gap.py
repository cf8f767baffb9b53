"""Port calls in a gap of a ship's signal: too short or long, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.port_call_in_ais_gap import Fix, reach
from skytally.statistics.sea_distance import Port, Sea, SeaRoutes, read_sea, route_miles, routes_to
from tests.support import optional_external_test_data as shared_files
from tests.support.made_up_sea_grid_and_ship_routes import (
    ROUND_WALL,
    Box,
    routes_round_wall,
    toy_sea,
)

ROOT = Path(__file__).resolve().parents[2]
DAY = pd.Timestamp("2024-03-10")


@pytest.fixture
def toy(tmp_path: Path) -> Callable[..., Sea]:
    """Return a factory of sea grids with rectangular land."""
    return partial(toy_sea, tmp_path)


@pytest.fixture(scope="module")
def walled(tmp_path_factory: pytest.TempPathFactory) -> SeaRoutes:
    """Sea routes to the port of the toy sea with a wall."""
    return routes_round_wall(tmp_path_factory.mktemp("toy"))


def fix(first: str, last: str | None = None, *, at: tuple[float, float] | None = (0.5, 0.0),
        radius_km: float = 0.0, precision: str = "day") -> Fix:  # fmt: skip
    """Make a position of the ship, in the toy sea west of the wall."""
    lon, lat = at or (None, None)
    ends = pd.Timestamp(first), pd.Timestamp(last or first)
    return Fix(*ends, lon, lat, radius_km, precision)


def moment(text: str, **place: object) -> Fix:
    """Make a position at an exact time."""
    return fix(text, precision="exact", **place)  # type: ignore[arg-type]


def test_reach_is_0_in_an_impossible_gap(walled: SeaRoutes) -> None:
    """85 miles there and 85 back take 12 h at 14 knots: 20 h leave no 12 for a call."""
    made = reach(moment("2024-03-10 00:00"), moment("2024-03-10 20:00"), walled, seed=1)
    assert (made.probability.value, made.probability.low, made.probability.high) == (0, 0, 0)
    assert made.window is None
    assert made.words.startswith("It could not have called at Farport")


def test_reach_is_1_in_a_long_gap(walled: SeaRoutes) -> None:
    """Ten days leave time at any speed."""
    made = reach(moment("2024-03-10"), moment("2024-03-20"), walled, seed=1)
    assert (made.probability.value, made.probability.low, made.probability.high) == (1, 1, 1)
    assert made.nautical_miles == (made.nautical_miles[0],) * 2
    assert made.slack is not None
    assert made.slack.value == pytest.approx(10 - 2 * ROUND_WALL / 12.4 / 24, abs=0.05)


def test_reach_is_half_where_the_median_speed_is_needed(walled: SeaRoutes) -> None:
    """A gap that needs just the median speed is feasible at half of the speeds."""
    miles = 2 * route_miles(walled, 0.5, 0.0)
    median = 12.5 + 1.0 * -0.0841  # the median of N(12.5, 1) cut off above 14
    gone = pd.Timestamp("2024-03-10")
    back = str(gone + pd.Timedelta(hours=12 + miles / median))
    made = reach(moment("2024-03-10"), moment(back), walled, seed=2)
    assert made.probability.value == pytest.approx(0.5, abs=0.03)
    assert made.probability.low <= made.probability.value - made.monte_carlo + 1e-9
    assert 0.005 < made.monte_carlo < 0.02


def test_reach_window_is_arrival_to_departure(walled: SeaRoutes) -> None:
    """The ship could be in port from one leg after it fell silent to one before it is back."""
    made = reach(moment("2024-03-10"), moment("2024-03-20"), walled, seed=1)
    assert made.window is not None
    leg = ROUND_WALL / 12.4
    arrive, leave = ((each - DAY) / pd.Timedelta(hours=1) for each in made.window)
    assert arrive == pytest.approx(leg, abs=1.2)
    assert leave == pytest.approx(240 - leg, abs=1.2)


def test_reach_at_looks(walled: SeaRoutes) -> None:
    """An image in the middle could show it, one before it could arrive could not."""
    looks = [pd.Timestamp("2024-03-10 02:00"), pd.Timestamp("2024-03-15")]
    made = reach(moment("2024-03-10"), moment("2024-03-20"), walled, seed=1, looks=looks)
    assert made.at_looks == (0.0, 1.0)


def test_reach_shows_what_days_leave_open(walled: SeaRoutes) -> None:
    """Known to the day only, a silence of about 26 h may be 3 or 48 h: anything from 0 to 1."""
    made = reach(fix("2024-03-10"), fix("2024-03-11"), walled, seed=1)
    assert made.probability.low == 0
    assert made.probability.high == pytest.approx(1)
    assert 0.1 < made.probability.value < 0.9


def test_reach_samples_a_month_and_a_nominal_day(walled: SeaRoutes) -> None:
    """A month is sampled whole; a nominal day is widened by half a month on either side."""
    month = fix("2024-03-01", "2024-03-31", precision="month")
    made = reach(month, fix("2024-04-02"), walled, seed=1)
    assert made.slack is not None
    assert made.slack.high - made.slack.low == pytest.approx(0.9 * 31, abs=2)
    nominal = fix("2024-03-10", precision="nominal")
    assert nominal.span == (pd.Timestamp("2024-02-24"), pd.Timestamp("2024-03-26"))


def test_reach_counts_the_uncertain_position(walled: SeaRoutes) -> None:
    """A position known to 40 km widens the answers, both ways."""
    gap = moment("2024-03-10"), "2024-03-11 01:40"
    sharp = reach(gap[0], moment(gap[1]), walled, seed=1)
    vague = reach(gap[0], moment(gap[1], radius_km=40.0), walled, seed=1)
    assert sharp.probability.high - sharp.probability.low < 0.05
    assert vague.probability.high - vague.probability.low > 0.3


def test_reach_orders_times_of_one_day(walled: SeaRoutes) -> None:
    """Silent and heard on one day: only the draws in which silence comes first are kept."""
    made = reach(fix("2024-03-10"), fix("2024-03-10"), walled, seed=1)
    assert made.slack is not None
    assert made.slack.high < 1
    assert made.probability.value == 0


def test_reach_without_times_is_0_to_1(walled: SeaRoutes) -> None:
    """Without a time there is no answer, and the words say so."""
    never = Fix(None, None, 0.5, 0.0)
    unknown = fix("2024-03-10", precision="open")
    for missing in (never, unknown):
        made = reach(missing, moment("2024-03-20"), walled, seed=1, looks=[DAY])
        assert (made.probability.low, made.probability.high) == (0, 1)
        assert math.isnan(made.probability.value)
        assert made.at_looks == (None,)
        assert made.words.endswith("cannot be said: a time is missing.")
        assert made.nautical_miles[0] is not None


def test_reach_without_a_position_is_bounded_by_the_other_leg(walled: SeaRoutes) -> None:
    """With one leg unknown the answer is 0 to 1, unless the known leg leaves no time."""
    long = reach(moment("2024-03-10", at=None), moment("2024-03-20"), walled, seed=1).probability
    assert (long.low, long.high) == (0, 1)
    short = reach(moment("2024-03-10", at=None), moment("2024-03-10 15:00"), walled, seed=1)
    assert (short.probability.value, short.probability.high) == (0, 0)
    assert short.words.startswith("It could not have called")


def test_reach_words_never_say_did(walled: SeaRoutes) -> None:
    """However sure, the words speak of what could have been."""
    for hours in (6, 20, 24.5, 25.5, 26, 27, 300):
        back = str(DAY + pd.Timedelta(hours=hours))
        words = reach(moment("2024-03-10"), moment(back), walled, seed=1).words
        assert "could" in words
        assert not {"did", "called at Farport on", "visited", "was"} & set(words.split())


def test_reach_repeats_with_its_seed(walled: SeaRoutes) -> None:
    """The same seed gives the same answer; another moves it within the Monte Carlo error."""
    gap = fix("2024-03-10"), fix("2024-03-11")
    one, same, other = (reach(*gap, walled, seed=seed) for seed in (3, 3, 4))
    assert one == same
    assert one != other
    assert one.probability.value == pytest.approx(other.probability.value, abs=0.05)


def test_reach_refuses_contradictions(walled: SeaRoutes) -> None:
    """Heard again before silent, no speed, no call: each is refused."""
    with pytest.raises(DataError, match="no room for a silence"):
        reach(fix("2024-03-12"), fix("2024-03-10"), walled, seed=1)
    with pytest.raises(DataError, match="give three above 0"):
        reach(fix("2024-03-10"), fix("2024-03-12"), walled, seed=1, knots=0.0)
    with pytest.raises(DataError, match="call of -1"):
        reach(fix("2024-03-10"), fix("2024-03-12"), walled, seed=1, dwell_hours=-1.0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((DAY, DAY, 0.5, None), "give both or neither"),
        ((DAY, DAY - pd.Timedelta(days=1), 0.5, 0.0), "the earlier first"),
        ((DAY, DAY, 0.5, 0.0, -1.0), "radius of -1"),
        ((DAY, DAY, 0.5, 0.0, 0.0, "about"), "precision 'about'"),
    ],
)
def test_fix_refuses(given: tuple[object, ...], said: str) -> None:
    """A position or time that contradicts itself is refused."""
    with pytest.raises(DataError, match=said):
        Fix(*given)  # type: ignore[arg-type]


def test_reach_on_the_real_coast() -> None:
    """Vostochny to Rajin by sea is longer than the great circle, by less than a tenth."""
    sea = read_sea([ROOT / "data" / "basemap" / "far-east.geojson"])
    ways = routes_to(sea, Port("Rajin", 130.29, 42.23, 2.0))
    crow = 60.04 * math.hypot(42.73 - 42.23, (133.07 - 130.29) * math.cos(math.radians(42.5)))
    assert crow < route_miles(ways, 133.0667, 42.7333) < 1.1 * crow


CANAL: tuple[Box, ...] = ((26.0, 29.6, 32.25, 31.2), (32.66, 29.6, 34.0, 31.1))
"""Land on either side of a canal drawn far too wide."""
BITTER_LAKE = Port("Great Bitter Lake", 32.44, 30.3, 8.0)
FAR_OFF = Port("a port far west", 27.0, 33.0)


def test_reach_on_real_ships_in_the_suez_canal(toy: Callable[..., Sea]) -> None:
    """Hide what ships sent in the canal: the lake they went through is in reach, far off is not."""
    table = pd.read_csv(
        shared_files.imagery("07_ais_ports/evergiven_suez_ais.csv"), encoding="utf-8-sig"
    )
    table["time"] = pd.to_datetime(table["ais_pos_timestamp"], dayfirst=True)
    sea = toy(*CANAL, bounds=(26.0, 29.6, 34.0, 33.5), cell_km=2.0)
    lake, far = routes_to(sea, BITTER_LAKE), routes_to(sea, FAR_OFF)
    through = 0
    for _, ship in table.sort_values("time").groupby("ID"):
        north, south = ship[ship["latitude"] > 31.3], ship[ship["latitude"] < 29.95]
        if north.empty or south.empty or north["time"].max() > south["time"].min():
            continue
        ends = north.iloc[-1], south.iloc[0]
        gap = [moment(str(e["time"]), at=(e["longitude"], e["latitude"])) for e in ends]
        passed = reach(gap[0], gap[1], lake, seed=1, dwell_hours=0.0)
        assert passed.probability.value > 0.95
        assert reach(gap[0], gap[1], far, seed=1, dwell_hours=0.0).probability.high < 0.05
        through += 1
    assert through > 20

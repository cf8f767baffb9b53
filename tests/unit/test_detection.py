"""Detection limits: what is drawn in is what is asked, and the sentence says what was found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import ndimage

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.imagery.measure.observation import Look, unclear
from skytally.imagery.pipeline.detection_limits import (
    CARDS,
    Trial,
    clear_looks,
    limits,
    sentence,
    trials,
)
from skytally.imagery.simulate import harbour_images, radar_berth_images, site_cubes
from skytally.imagery.simulate.injection import (
    Put,
    Spot,
    as_one,
    put_cars,
    put_pits,
    put_radar_ship,
    put_ship,
    put_stacks,
)

BANDS = ("b02", "b03", "b04", "b08", "b11")


def flat_look(*, side: int = 80, level: float = 0.1) -> xr.Dataset:
    """Give a look without any texture."""
    values = np.full((len(BANDS), side, side), level, np.float32)
    return xr.Dataset(
        {"reflectance": (("band", "y", "x"), values)},
        coords={
            "band": list(BANDS),
            "x": 500_005.0 + 10.0 * np.arange(side),
            "y": 4_699_995.0 - 10.0 * np.arange(side),
            "time": np.datetime64("2023-08-01", "ns"),
            "item_id": "flat",
        },
    )


@pytest.fixture
def rng() -> np.random.Generator:
    """Give a generator."""
    return np.random.default_rng(3)


def middle_mask(*, half: int = 15, side: int = 80) -> np.ndarray:
    """Give a square in the middle."""
    mask = np.zeros((side, side), bool)
    mask[side // 2 - half : side // 2 + half, side // 2 - half : side // 2 + half] = True
    return mask


@pytest.mark.parametrize("contrast", [-0.05, 0.05, 0.2])
def test_stacks_add_light_in_proportion_to_their_area(
    contrast: float, rng: np.random.Generator
) -> None:
    """What is added over contrast is the area that is said to be covered."""
    look = flat_look()
    made, area = put_stacks(look, Spot(middle_mask(), 30.0), 600.0, contrast, rng)
    added = (made["reflectance"] - look["reflectance"]).sel(band="b04").sum().item() * 100.0
    assert area == pytest.approx(41 * 14.79, rel=0.01)
    assert added / contrast == pytest.approx(area, rel=0.2)


def test_cars_take_the_metres_that_are_said(rng: np.random.Generator) -> None:
    """Light added over contrast and width of a car is their bodies' length."""
    look, mask = flat_look(level=0.16), middle_mask(half=30)
    line = np.array([[500_100.0, 4_699_600.0], [500_700.0, 4_699_600.0]])
    made, metres = put_cars(look, Spot(mask, lines=(line,)), 30.0, -0.08, rng)
    assert metres == pytest.approx(30 * 13.92)
    added = (made["reflectance"] - look["reflectance"]).sel(band="b03").sum().item() * 100.0
    assert added / -0.08 == pytest.approx(30 * (13.92 - 0.92) * 3.1, rel=0.25)


def test_pits_turn_a_field_to_soil(rng: np.random.Generator) -> None:
    """The ground goes towards soil, nowhere beyond it, and twice the pits bare twice the area."""
    look = flat_look(level=0.05)
    one, area = put_pits(look, Spot(middle_mask(), 90.0), 2.0, 1.0, rng)
    _, double = put_pits(look, Spot(middle_mask(), 90.0), 4.0, 1.0, rng)
    assert double == pytest.approx(2.0 * area)
    change = (one["reflectance"] - look["reflectance"]).sel(band="b11")
    assert change.max() > 0.1
    assert change.where(~middle_mask(half=25)).fillna(0).max() == pytest.approx(0.0, abs=1e-4)


@pytest.mark.parametrize("length", [60.0, 150.0])
def test_a_ship_lies_in_its_berth(length: float, rng: np.random.Generator) -> None:
    """Its light lies along the axis, as long as the ship."""
    look = flat_look(level=0.03)
    mask = np.zeros((80, 80), bool)
    mask[20:60, 38:42] = True
    made, truth = put_ship(look, Spot(mask, 0.0), length, 0.1, rng)
    assert truth == length
    assert list(made["band"].to_numpy()) == list(BANDS[:4])
    change = np.abs(made["reflectance"].to_numpy() - 0.03).sum(0)
    rows, columns = np.nonzero(change > 0.1 * change.max())
    assert np.ptp(rows) * 10.0 == pytest.approx(length, abs=35.0)
    assert np.ptp(columns) * 10.0 < 60.0


def test_a_radar_ship_brightens_its_berth_alone(rng: np.random.Generator) -> None:
    """Most of what is added lies within the berth and what the house is displaced by."""
    harbour = radar_berth_images.RadarHarbour(4, n_looks=1, occupancy=0.0)
    ((look, _),) = radar_berth_images.radar_looks(harbour)
    where = radar_berth_images.radar_masks(harbour)
    made, _ = put_radar_ship(look, Spot(where["berth"], seaward_deg=90.0), 120.0, 40.0, rng)
    added = (made["gamma0"] - look["gamma0"]).to_numpy()[0]
    near = ndimage.binary_dilation(where["berth"], iterations=4)
    assert added.min() >= 0.0
    assert added[near].sum() > 0.9 * added.sum()
    assert added.sum() * 100.0 == pytest.approx(10.0**4.0, rel=0.5)


def test_stacks_refuse_a_quay_without_room(rng: np.random.Generator) -> None:
    """One clear error where no block fits."""
    tiny = np.zeros((80, 80), bool)
    tiny[40, 40:42] = True
    with pytest.raises(DataError, match="no block of 46 m fits the quay of 2 pixels; draw"):
        put_stacks(flat_look(), Spot(tiny), 100.0, 0.1, rng)


def brightness(limit: float) -> Callable[[Iterable[xr.Dataset]], Iterator[Look]]:
    """Make a measure that finds one thing where any pixel is brighter than a limit."""

    def measure(looks: Iterable[xr.Dataset]) -> Iterator[Look]:
        for look in looks:
            top = float(look["reflectance"].max())
            time = look["time"].to_numpy()
            if not math.isfinite(top):
                yield unclear(time, "nothing was read", unit="ships")
                continue
            seen = top > limit
            yield Look(
                time, "", float(seen), float(seen), 1.0, "ships", 0.9, 0.01,
                n.COUNTED if seen else n.NOTHING_SEEN, "",
            )  # fmt: skip

    return measure


def test_clear_looks_leave_out_the_unclear_and_the_occupied() -> None:
    """Nothing is drawn into a look in which something is, or that cannot tell."""
    bright, blind = flat_look(level=0.9), flat_look(level=math.nan)
    clear, told = clear_looks([flat_look(), bright, blind, flat_look()], brightness(0.5))
    assert len(clear) == 2
    assert [each.state for each in told] == [n.NOTHING_SEEN, n.COUNTED, n.NOTHING_SEEN]


def test_trials_need_a_clear_look() -> None:
    """One clear error where every look is occupied."""
    with pytest.raises(DataError, match="no clear look in which nothing was found"):
        list(
            trials([], brightness(0.5), put_ship, Spot(middle_mask()), sizes=(1.0,),
                   contrasts=(1.0,), seed=0)
        )  # fmt: skip


def test_limits_rise_with_contrast_and_keep_the_false_alarms() -> None:
    """What is bright enough is found every time, what is not, never; both are exact here."""
    measure, spot = brightness(0.2), Spot(middle_mask(), 0.0)
    put: Put = as_one(put_ship)
    clear, none = clear_looks([flat_look(level=0.03)] * 5, measure)
    told = trials(clear, measure, put, spot, sizes=(150.0,), contrasts=(0.02, 0.4), seed=1)
    table = limits([*none, *told], simulated=True)
    assert table["looks"].tolist() == [5, 5, 5]
    assert table["size"].tolist() == [0.0, 150.0, 150.0]
    assert table["recall"].iloc[0] == 0.0
    assert table["recall"].iloc[2] == 1.0
    assert table["bias"].iloc[2] == 0.0
    assert (table["low"] <= table["recall"]).all()
    assert (table["recall"] <= table["high"]).all()


def test_limits_count_a_look_that_cannot_tell_as_not_found() -> None:
    """Something without a number and a look gone blind are no detection."""
    told = [
        Trial(100.0, 0.1, 1.0, n.COUNTED, 1.0),
        Trial(100.0, 0.1, 1.0, n.SOMETHING_SEEN, math.nan),
        Trial(100.0, 0.1, 1.0, n.UNCLEAR, math.nan),
        Trial(100.0, 0.1, 1.0, n.NOTHING_SEEN, 0.0),
    ]
    (row,) = limits(told, simulated=False).to_dict("records")
    assert (row["found"], row["something"], row["looks"]) == (1, 1, 4)


def card_table(recalls: dict[tuple[float, float], float], *, simulated: bool) -> pd.DataFrame:
    """Give a table of limits with ten looks each."""
    told = [Trial(0.0, math.nan, 0.0, n.NOTHING_SEEN, 0.0)] * 10
    for (size, contrast), recall in recalls.items():
        hits = round(10 * recall)
        told += [Trial(size, contrast, 1.0, n.COUNTED, 1.0)] * hits
        told += [Trial(size, contrast, 1.0, n.NOTHING_SEEN, 0.0)] * (10 - hits)
    return limits(told, simulated=simulated)


def test_sentence_says_headline_size_and_blindness() -> None:
    """In plain words: found in x of n, from which size on, when blind, false alarms."""
    table = card_table(
        {(50.0, 0.05): 0.4, (100.0, 0.05): 1.0, (50.0, 0.02): 0.0, (100.0, 0.02): 0.2},
        simulated=True,
    )
    words = sentence(table, CARDS["berth-sentinel-2"])
    assert "A ship 100 m long" in words
    assert "found in 10 of 10 made-up clear looks" in words
    assert "At +0.02, fewer than half are found at any size tried." in words
    assert "At +0.05, nine of ten are found from a ship 100 m long on." in words
    none = (
        "With nothing put in, 0 of 10 looks (0% to 17%, 90 percent interval) were called occupied."
    )
    assert none in words
    assert "10 of 10 made-up clear looks (83% to 100%, 90 percent interval)" in words
    own = sentence(table.assign(simulated=False), CARDS["berth-sentinel-2"])
    assert "10 of 10 clear looks of this place" in own


def test_sentence_says_when_nothing_smaller_was_tried() -> None:
    """The least size tried is no limit if it is found."""
    table = card_table({(50.0, 0.05): 1.0, (100.0, 0.05): 1.0}, simulated=True)
    words = sentence(table, CARDS["berth-sentinel-2"])
    assert "from a ship 50 m long on; nothing smaller was tried." in words


def test_sentence_names_a_larger_size_that_is_missed() -> None:
    """A size that is found does not hide a larger one that is not."""
    table = card_table({(50.0, 0.05): 1.0, (100.0, 0.05): 1.0, (150.0, 0.05): 0.1}, simulated=True)
    words = sentence(table, CARDS["berth-sentinel-2"])
    assert "from a ship 50 m long on, but not of every larger size" in words
    assert "of a ship 150 m long, fewer" in words


def test_sentence_refuses_a_headline_that_was_not_tried() -> None:
    """A card never speaks of what was not asked."""
    table = card_table({(50.0, 0.05): 1.0}, simulated=True)
    with pytest.raises(DataError, match=r"100 at 0\.05 was not tried"):
        sentence(table, CARDS["berth-sentinel-2"])


def test_every_kind_of_made_up_place_can_be_asked(rng: np.random.Generator) -> None:
    """The injectors work on the looks the simulators make."""
    place = site_cubes.quay_place(rng)
    cube = site_cubes.visits(place, [()], rng, first="2022-01-03")
    put_stacks(cube.isel(time=0), Spot(place.target, 90.0), 118.0, 0.1, rng)
    harbour = harbour_images.Harbour(2, n_looks=1, occupancy=0.0)
    ((look, _),) = harbour_images.looks(harbour)
    put_ship(look, Spot(harbour_images.masks(harbour)["berth"], harbour.axis_deg), 100.0, 0.05, rng)


def test_few_looks_say_no_size() -> None:
    """Nine of ten cannot be told from one look; a card asked of nothing is refused."""
    told = [Trial(0.0, math.nan, 0.0, n.SOMETHING_SEEN, math.nan)]
    told += [Trial(size, 0.05, 1.0, n.COUNTED, 1.0) for size in (50.0, 100.0)]
    words = sentence(limits(told, simulated=False), CARDS["berth-sentinel-2"])
    assert "fewer than 10 looks were tried, too few to say from which size on" in words
    assert "With nothing put in, 1 of 1 looks" in words
    assert words.endswith("were called occupied, rightly or not.")
    with pytest.raises(DataError, match="no trial"):
        limits([], simulated=False)
    with pytest.raises(DataError, match="no look was asked with nothing put in"):
        sentence(limits(told[1:], simulated=False), CARDS["berth-sentinel-2"])

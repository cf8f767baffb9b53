"""Directive on what each image measure computes and from which threshold on it decides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scipy import stats
from sphinx.application import Sphinx

from skytally.core import listed, project_root
from skytally.imagery.clear_sky import clear_sky_screening as screening
from skytally.imagery.cube import OPTICAL_BANDS
from skytally.imagery.measure import (
    reference_level_and_spread_per_group as usual,
    stable_ground_coregistration as alignment,
    two_date_change,
    water_mask,
)
from skytally.imagery.measure.ground import (
    bare_soil_index as soil,
    bare_soil_seasonal_cycle,
    bermed_pit_detection as pits,
    disturbed_area as ground,
    level_change_date_and_segments,
)
from skytally.imagery.measure.quay import quay_change_and_detection_probability as quay
from skytally.imagery.measure.radar import (
    backscatter_offset_correction as offset,
    berth_ships_in_radar as radar,
    cross_satellite_radar_reference_check as sharing,
    open_water_ships_in_radar as open_radar,
)
from skytally.imagery.measure.rail import occupied_length_fit as rail, track_forward_model as track
from skytally.imagery.measure.rail.occupied_track_series import FEATURE
from skytally.imagery.measure.ships import (
    alongside_hulls as alongside,
    berth_ships as berth,
    berth_water_anomalies as difference,
    floating_hulls as floating,
    harbour_ship_detection as sweep,
    hull_fit as hull,
    standing_ground_painted_as_water as standing,
)
from skytally.press.project_paths import GIVEN_TEXTS
from skytally.press.search_index import SEARCHED, methods_address
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row

NAME = "measure-rules"
SECTION_HEADING = re.compile(r"(?m)^#+ ((\d+(?:\.\d+)?)\.? .+)$")
"""Heading of a numbered section of the methods text."""
Rule = tuple[str, str, str, str, tuple[str, ...]]
"""Measure; sensor and bands; statistic; threshold; sections of the methods text."""


def one_in(chance: float) -> str:
    """Chance in words.

    Examples
    --------
    >>> one_in(1e-4), one_in(0.01)
    ('1 in 10,000', '1 in 100')
    """
    return f"1 in {1 / chance:,.0f}"


def section_headings(text: str) -> dict[str, str]:
    r"""Headings of the sections of the methods text, by number.

    Examples
    --------
    >>> section_headings("## 4. Ports\n### 4.1 Ships at a berth\n")
    {'4': '4. Ports', '4.1': '4.1 Ships at a berth'}
    """
    return {number: heading for heading, number in SECTION_HEADING.findall(text)}


def _bands(layers: tuple[str, ...]) -> str:
    return listed([band.upper() for band in layers])


def _infrared() -> str:
    return f"{_bands(OPTICAL_BANDS)}, and {sweep.INFRARED.upper()} to find the water"


def rules_of_ships() -> Iterator[Rule]:
    """Rules by which ships are found, from the constants of the code."""
    several = len(OPTICAL_BANDS)
    hot, water = difference.HOT_PIXEL_TAIL, floating.WATER_TAIL
    yield (
        "ships at a berth, against earlier images of it",
        f"Sentinel-2 and Landsat: {_bands(OPTICAL_BANDS)}",
        "squared Mahalanobis distance of each pixel from the empty berth, with the covariance of "
        f"noise and of misregistration; the empty berth is the {100 * usual.LOW_QUANTILE:g}th "
        "percentile of the earlier images where that is water, else their median",
        f"above {stats.chi2.isf(hot, several):.1f}, the chi-squared quantile of {several} bands "
        f"that {one_in(hot)} pixels of empty water exceed, more where the open water is restless; "
        f"{difference.MIN_HULL_M2:g} m2 and more in one piece; in pixels of up to "
        f"{berth.MAX_SHAPE_GSD:g} m also {berth.MIN_ELONGATION:g} times as long as wide and "
        f"within {berth.MAX_AXIS_OFF_DEG:g} degrees of the quay",
        ("4.2", "1.4"),
    )
    yield (
        "length and width of a ship",
        f"Sentinel-2: {_bands(tuple(hull.MTF_SENTINEL2))}",
        "a rectangle blurred by a Gaussian is fitted to all bands; its sigma follows from the "
        "modulation transfer (MTF) at the Nyquist frequency: pixel size times the square root of "
        "-2 ln MTF, over pi",
        "none, a size with its error; MTF "
        + listed([f"{value:g} ({band.upper()})" for band, value in hull.MTF_SENTINEL2.items()]),
        ("4.3", "1.5"),
    )
    yield (
        "ships at a berth by radar, against earlier images of it",
        f"Sentinel-1: {_bands(radar.POLARISATIONS)}",
        f"mean of the brightest {100 * radar.TOP_SHARE:g} percent of the berth, in dB above its "
        f"{100 * usual.LOW_QUANTILE:g}th percentile on earlier dates of one satellite and orbit; "
        f"backscatter below {radar.NOISE_DB:g} dB counts as {radar.NOISE_DB:g} dB",
        f"the rise that the empty berth exceeds on {one_in(radar.RADAR_P_FALSE)} images, learnt "
        "from the dates before the period of study (Student's t, median and MAD); "
        f"{radar.DEFAULT_RISE_DB:g} dB where fewer than {radar.MIN_BACKGROUND_IMAGES} such images "
        "exist",
        ("4.1", "1.3"),
    )
    yield (
        "reference of another Sentinel-1 satellite",
        f"Sentinel-1: {_bands(radar.POLARISATIONS)}",
        "offset of the image from that reference on hard ground, in each polarisation",
        f"taken if within {sharing.ALIKE_DB:g} dB on at least {sharing.MIN_GROUND_PIXELS} pixels "
        f"above {sharing.HARD_GROUND_DB:g} dB, else the image is unclear; at most "
        f"{offset.MAX_OFFSET_DB:g} dB is then taken off",
        ("4.1",),
    )
    yield (
        "ships alongside, in a single image",
        f"Sentinel-2: {_infrared()}",
        "straight sides against the water at both ends of which the shore steps back; a score of "
        "form, brightness and proportions; what always stands there is painted as water first, "
        "where earlier images or a confirmed outline show it",
        f"score of {sweep.MIN_COUNTED_SCORE:g} and more; a side of {alongside.MIN_SIDE_M:g} m and "
        f"more; painted only if at most {standing.MOST_LEFT_PIXELS:g} pixels of offset are left",
        ("4.6",),
    )
    yield (
        "ships free in the water, in a single image",
        f"Sentinel-2: {_infrared()}",
        "squared distance of each pixel from the water around it, over its noise, then a blurred "
        "rectangle",
        f"above {stats.chi2.isf(water, several):.1f}, the chi-squared quantile that "
        f"{one_in(water)} pixels of water exceed, and {floating.MIN_INFRARED:g} times the noise "
        f"in the near infrared; score of {sweep.MIN_COUNTED_SCORE:g} and more",
        ("4.6", "4.3"),
    )
    yield (
        "ships free in the water by radar, in a single image",
        f"Sentinel-1: {_bands(open_radar.LIKE)}",
        "constant-false-alarm-rate detector (CFAR): a pixel over the mean of a window of "
        f"{open_radar.TRAINING_M:g} m around it, the inner {open_radar.GUARD_M:g} m left out, in "
        "clutter of a K distribution whose shape is estimated without the targets",
        f"the multiple that {one_in(open_radar.PIXEL_P_FALSE)} pixels of sea exceed; "
        f"{open_radar.LEAST_PIXELS} pixels and more in one piece",
        ("4.1",),
    )
    yield (
        "water and land",
        "Sentinel-2 and Landsat: B03 and B08",
        "NDWI = (B03 - B08) / (B03 + B08)",
        "Otsu's threshold where the histogram has two clear modes (Ashman's D above "
        f"{water_mask.ASHMAN:g}), else {water_mask.INDEX_FALLBACK:g}",
        ("4.2",),
    )


def rules_of_other_measures() -> Iterator[Rule]:
    """Rules for railcars, stacks and ground, and for the images themselves."""
    run = rail.RUN * track.SEGMENT
    yield (
        "occupied track in a yard",
        f"Sentinel-2: mean of {_bands(tuple(FEATURE))}",
        f"share of each {track.SEGMENT:g} m of track that cars cover, from 0 to 1, fitted to the "
        "difference from the empty yard by regularised least squares, over contrasts of "
        f"{listed([f'{each:+g}' for each in rail.HYPOTHESES])} in reflectance",
        f"something is seen where {run:g} m in a row are brighter or darker than in all but "
        f"{one_in(rail.RAIL_P_FALSE)} simulated empty yards of the same noise; metres, no cars",
        ("5.2", "5.1"),
    )
    yield (
        "stacks on a quay",
        f"Sentinel-2: {_bands(OPTICAL_BANDS)}",
        "squared difference from the empty quay over its noise, averaged over neighbours, summed "
        "over the bands without the largest; the area is the sum of the shares of paint in the "
        "changed pixels (unmixing)",
        f"the level that {one_in(quay.QUAY_P_FALSE)} images of an empty quay exceed anywhere, by "
        "the chi-squared law and by the tail of the ground around",
        ("4.5",),
    )
    yield (
        "ground laid bare",
        f"Sentinel-2: {_bands(soil.INDEX_LAYERS)}",
        f"share of soil in patches of {ground.SIDE} by {ground.SIDE} pixels: how far they went "
        "from their usual colour towards bare soil",
        f"the level that {one_in(ground.GROUND_P_FALSE)} images of unchanged ground exceed "
        "anywhere, by the spread and tail of the ground around",
        ("6.4", "6.1"),
    )
    yield (
        "day on which works began",
        f"Sentinel-2: {_bands(soil.SOIL_INDEX_BANDS)}",
        "mean bare-soil index (BSI) of the ground, freed of its season by "
        f"{bare_soil_seasonal_cycle.TERMS} harmonics; posterior of one change, errors of Student's "
        f"t with {level_change_date_and_segments.FREEDOM:g} degrees of freedom",
        "none, a date with its interval, never narrower than the gap between two images; of images "
        f"with {100 * soil.MIN_CLEAR_GROUND:g} percent clear ground and more; no change at all is "
        "a model of its own",
        ("6.2", "6.1"),
    )
    yield (
        "number of bermed pits",
        f"Sentinel-2: {_bands(soil.INDEX_LAYERS)}",
        "normalised correlation of the bare ground with drawn pits, turned in steps of "
        f"{pits.TURN:g} degrees",
        f"above {pits.SURE_MATCH:g} for the lower count, above {pits.POSSIBLE_MATCH:g} for the "
        f"upper; one match within {pits.APART_M:g} m",
        ("6.3",),
    )
    yield (
        "change between two dates (no evidence page uses it)",
        "any optical bands of both images",
        "root mean square, over the bands, of what two robust lines leave unexplained, over its "
        f"noise, averaged over {two_date_change.OBJECT_M:g} m",
        "none: a score of each pixel, and no decision",
        ("6.5",),
    )
    yield (
        "whether an image can be used",
        "Sentinel-2 and Landsat: B02 and the provider's classes",
        "clear share of the ring of ground around the target, and its brightness against its "
        "usual one",
        f"{100 * screening.MIN_CLEAR_SHARE:g} percent clear and more; no brighter in B02 than "
        f"usual by {screening.CLOUD_RISE:g} (haze is flagged from {screening.HAZE_RISE:g} on)",
        ("3",),
    )
    yield (
        "alignment with the reference",
        "Sentinel-2 and Landsat",
        "shift on stable ground by a linear fit of the gradients, in at most "
        f"{alignment.MAX_ROUNDS} rounds",
        f"a shift above {alignment.MAX_SHIFT_M:g} m is refused",
        ("3",),
    )


class MeasureRules(Block):
    """Show what each measure computes and from which value on it decides, with its section."""

    def html(self) -> str:
        """Return the table, a row a measure; its numbers are the constants of the code."""
        path = project_root() / GIVEN_TEXTS[1]
        headings = section_headings(path.read_text(encoding="utf-8")) if path.is_file() else {}
        rows = [
            html_row((*map(cell, words), self._sections(sections, headings)))
            for *words, sections in (*rules_of_ships(), *rules_of_other_measures())
        ]
        shown = filtered_table(
            NAME,
            "What each measure computes, and from which value on it decides. The numbers are the "
            "constants with which this copy measures; a test compares the methods text with them",
            ["measure", "sensor and bands", "statistic", "threshold", "section of the text"],
            rows,
            empty="No measure is listed yet.",
        )  # fmt: skip
        return f'<div class="{SEARCHED}">{shown}</div>'

    @staticmethod
    def _sections(numbers: tuple[str, ...], headings: Mapping[str, str]) -> str:
        return ", ".join(
            f'<a href="{cell(methods_address(headings[number]))}">{cell(number)}</a>'
            if number in headings
            else cell(number)
            for number in numbers
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive(NAME, MeasureRules)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}

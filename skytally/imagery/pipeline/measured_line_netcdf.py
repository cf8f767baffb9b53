"""Measured lines as netCDF files: everything a page shows of a line, byte for byte the same."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import DataError, IntegrityError, evidence_line_name_constants as n
from skytally.imagery.measure import Observation, observation_line
from skytally.imagery.pipeline.detection_limit_summaries import CARDS, SiteLimits
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS
from skytally.imagery.pipeline.thumbnails import Thumbnail

FORMAT = "skytally measured line 1"
"""Attribute ``format`` of every file; another number is another layout."""
NUMBERS = ("value", "low", "high", "p_detect", "p_false")
WORDS = ("item_id", "unit", "state", "reason", "group", "screening_reason")
"""Fields of a row that are numbers, and that are text."""
DETAIL = "detail_"
"""Begins the name of a variable that holds one diagnostic."""
STANDING = "standing_ground"
"""Begins the names of the attributes that say what a sweep painted as water."""
LIMIT = "limit_"
"""Begins the name of a variable that holds one column of the detection limits."""
SEAL = "seal"
"""Attribute with the hash of everything else."""


def _text(values: list[str]) -> np.ndarray:
    return np.array(values, dtype=str)


def _observations(rows: tuple[Observation, ...]) -> dict[str, Any]:
    """Variables along time, one a field and one a diagnostic; NaN where a row has none."""
    found: dict[str, Any] = {
        word: (n.TIME, np.array([getattr(row, word) for row in rows], float)) for word in NUMBERS
    }
    found |= {word: (n.TIME, _text([getattr(row, word) for row in rows])) for word in WORDS}
    found["flags"] = (n.TIME, _text([" ".join(row.flags) for row in rows]))
    # which a row has, in its order: a diagnostic may itself be NaN
    found["details"] = (n.TIME, _text([" ".join(row.details) for row in rows]))
    for word in sorted({word for row in rows for word in row.details}):
        values = [row.details.get(word, np.nan) for row in rows]
        found[DETAIL + word] = (n.TIME, np.array(values, float))
    return found


def _pictures(chips: tuple[Thumbnail, ...]) -> dict[str, Any]:
    """Pictures, filled up to one size with 0, and what is written beside each."""
    if not chips:
        return {}
    rows, columns = (max(chip.picture.shape[axis] for chip in chips) for axis in (0, 1))
    pixels = np.zeros((len(chips), rows, columns, 3), np.uint8)
    for i, chip in enumerate(chips):
        pixels[i, : chip.picture.shape[0], : chip.picture.shape[1]] = chip.picture
    beside = [
        {
            "shape": list(chip.picture.shape[:2]), "gsd": chip.gsd, "when": chip.when,
            "finding": chip.finding, "item_id": chip.item_id, "label": chip.label,
            "outlines": [points.tolist() for points in chip.outlines],
        }
        for chip in chips
    ]  # fmt: skip
    return {
        "picture": (("chip", "row", "column", "rgb"), pixels),
        "picture_caption": ("chip", _text([json.dumps(each, sort_keys=True) for each in beside])),
    }


def _standing(dataset: xr.Dataset) -> dict[str, Any]:
    """Attributes that say what was painted as water before a sweep; none of other measures."""
    return {str(k): v for k, v in dataset.attrs.items() if str(k).startswith(STANDING)}


def _limits(limits: SiteLimits) -> dict[str, Any]:
    if limits.table is None:
        return {}
    return {
        LIMIT + str(word): (
            "limit",
            column.to_numpy(np.int8 if column.dtype == bool else column.dtype),
        )
        for word, column in limits.table.items()
    }


def as_dataset(line: MeasuredLine, *, study: str, key: Mapping[str, str]) -> xr.Dataset:
    """Lay a measured line out as variables and attributes.

    Parameters
    ----------
    line : MeasuredLine
        The line, or the reason why there is none.
    study : str
        First day of the study.
    key : mapping of str to str
        Part to content key of what it was made from.

    Returns
    -------
    xarray.Dataset, dims (time, chip, limit, ...)
        ``value`` with ``low`` and ``high`` over time, as a line of evidence has them, and all
        that `from_dataset` needs to give the same record back.
    """
    times = np.array([row.time for row in line.rows], "datetime64[ns]")
    source, history = "", ""
    if line.line is not None:
        source = str(line.line[n.SOURCE].to_numpy()[0])
        history = str(line.line.attrs["history"])
    more = {
        "format": FORMAT, "Conventions": n.CONVENTIONS, "card": line.kind.card,
        "title": f"{line.kind.quantity}: {line.scope}", "site": line.site,
        "outline": line.outline, "scope": line.scope, "control": int(line.control),
        "study": study, "why": line.why, "label": line.label, "source": source,
        "history": history, "limits_why": line.limits.why, "measured": int(line.line is not None),
        "notes": json.dumps(line.notes), "left_out": json.dumps(dict(line.left_out)),
        **({} if line.line is None else _standing(line.line)),
        **{f"key_{part}": value for part, value in key.items()},
    }  # fmt: skip
    made = xr.Dataset(
        {**_observations(line.rows), **_pictures(line.chips), **_limits(line.limits)},
        coords={n.TIME: (n.TIME, times, {"standard_name": "time"})},
        attrs=more,
    )
    return made.assign_attrs({SEAL: seal(made)})


def seal(dataset: xr.Dataset) -> str:
    """Hash of all names, numbers and words of a dataset but its seal."""
    whole = hashlib.sha256()
    for name in sorted(map(str, dataset.variables)):
        values = dataset[name].to_numpy()
        if values.dtype.kind in "OUT":
            content = json.dumps([str(each) for each in values.ravel()]).encode()
        else:
            kind = "datetime64[ns]" if values.dtype.kind == "M" else values.dtype.str[1:]
            content = kind.encode() + np.ascontiguousarray(values.astype(kind)).tobytes()
        whole.update(f"{name} {values.shape}\n".encode() + content)
    attributes = {word: str(value) for word, value in dataset.attrs.items() if word != SEAL}
    whole.update(json.dumps(attributes, sort_keys=True).encode())
    return whole.hexdigest()


def as_netcdf(dataset: xr.Dataset) -> bytes:
    """Bytes of a netCDF file, the same for the same dataset: it holds no time of writing.

    Raises
    ------
    IntegrityError
        If the file would not be read as what was written.
    """
    encoding: dict[str, dict[str, Any]] = {
        name: {"_FillValue": None} for name in map(str, dataset.variables)
    }
    encoding[n.TIME] |= {
        "units": "nanoseconds since 1970-01-01", "calendar": "standard", "dtype": "int64",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.nc"
        dataset.to_netcdf(path, engine="netcdf4", encoding=encoding)
        with xr.open_dataset(path, engine="netcdf4", mask_and_scale=False) as file:
            again = seal(file.load())
        if again != seal(dataset):
            message = "the measured line would be read otherwise than it was written"
            raise IntegrityError(message)
        return path.read_bytes()


def read_netcdf(path: Path) -> xr.Dataset:
    """Read a file that `as_netcdf` wrote, to the last bit.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    xarray.Dataset
        In memory; the file is closed.

    Raises
    ------
    IntegrityError
        If it is no netCDF file, none of this project, or not what was written.
    """
    try:
        with xr.open_dataset(path, engine="netcdf4", mask_and_scale=False) as file:
            dataset = file.load()
    # what a damaged file raises is the library's own affair
    except Exception as error:
        message = f"cannot be read as netCDF ({type(error).__name__})"
        raise IntegrityError(message) from error
    if dataset.attrs.get("format") != FORMAT:
        message = f"is no {FORMAT.rpartition(' ')[0]} as this version writes it"
        raise IntegrityError(message)
    if dataset.attrs.get(SEAL) != seal(dataset):
        message = "is not what was written: its seal is broken"
        raise IntegrityError(message)
    return dataset


def _rows(dataset: xr.Dataset) -> tuple[Observation, ...]:
    columns = {str(word): dataset[word].to_numpy() for word in dataset.data_vars}
    times = dataset[n.TIME].to_numpy().astype("datetime64[ns]")
    rows = []
    for i, time in enumerate(times):
        details = str(columns["details"][i]).split()
        fields: dict[str, Any] = {word: float(columns[word][i]) for word in NUMBERS}
        fields |= {word: str(columns[word][i]) for word in WORDS}
        fields["flags"] = tuple(str(columns["flags"][i]).split())
        fields["details"] = {word: float(columns[DETAIL + word][i]) for word in details}
        rows.append(Observation(time=time, **fields))
    return tuple(rows)


def _thumbnails(dataset: xr.Dataset) -> tuple[Thumbnail, ...]:
    if "picture" not in dataset:
        return ()
    found = []
    for pixels, text in zip(
        dataset["picture"].to_numpy(), dataset["picture_caption"].to_numpy(), strict=True
    ):
        beside = json.loads(str(text))
        rows, columns = beside.pop("shape")
        outlines = tuple(np.array(points, float) for points in beside.pop("outlines"))
        found.append(Thumbnail(picture=pixels[:rows, :columns], outlines=outlines, **beside))
    return tuple(found)


def _site_limits(dataset: xr.Dataset) -> SiteLimits:
    columns = {
        str(word).removeprefix(LIMIT): dataset[word].to_numpy()
        for word in dataset.data_vars
        if str(word).startswith(LIMIT)
    }
    if not columns:
        return SiteLimits(None, dataset.attrs["limits_why"])
    table = pd.DataFrame({**columns, "simulated": columns["simulated"].astype(bool)})
    return SiteLimits(table, dataset.attrs["limits_why"])


def from_dataset(dataset: xr.Dataset) -> MeasuredLine:
    """Rebuild a measured line from its variables and attributes.

    Raises
    ------
    IntegrityError
        If it is a line of a kind that this version does not know, or contradicts itself.
    """
    attributes = dataset.attrs
    kinds = {kind.card: kind for kind in LINE_KINDS}
    if attributes["card"] not in kinds:
        message = f"is a line of {attributes['card']!r}, which this version does not measure"
        raise IntegrityError(message)
    kind = kinds[attributes["card"]]
    try:
        rows = _rows(dataset)
        line = None
        if attributes["measured"]:
            line = observation_line(
                rows, quantity=kind.quantity, scope=attributes["scope"],
                method=CARDS[kind.card].title,
                history=attributes["history"], source=attributes["source"],
            ).assign_attrs(label=attributes["label"], **_standing(dataset))  # fmt: skip
    except DataError as fault:
        message = f"contradicts itself: {fault}"
        raise IntegrityError(message) from fault
    return MeasuredLine(
        kind=kind,
        site=attributes["site"],
        outline=attributes["outline"],
        scope=attributes["scope"],
        control=bool(attributes["control"]),
        line=line,
        rows=rows,
        why=attributes["why"],
        chips=_thumbnails(dataset),
        label=attributes["label"],
        limits=_site_limits(dataset),
        notes=tuple(json.loads(attributes["notes"])),
        left_out=json.loads(attributes["left_out"]),
    )

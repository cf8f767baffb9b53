"""Cut-outs: the archive is read once, and every window as often as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import cut_out

WINDOWS = [(slice(0, 4), slice(2, 6)), (slice(1, 9), slice(0, 3))]


def image(k: int) -> xr.Dataset:
    """Make an image of 10 by 10 pixels with coordinates, attributes and an encoding."""
    values = np.arange(300, dtype=np.float32).reshape(1, 3, 10, 10) + k
    made = xr.Dataset(
        {"reflectance": (("time", "band", "y", "x"), values, {"units": "1"})},
        coords={
            "time": [np.datetime64("2023-08-01", "ns") + np.timedelta64(k, "D")],
            "band": ["b02", "b03", "b04"], "y": np.arange(10.0), "x": np.arange(10.0),
            "item_id": ("time", [f"item {k}"]),
        },
        attrs={"site": "here", "left_out": []},
    )  # fmt: skip
    made["reflectance"].encoding["grid_mapping"] = "spatial_ref"
    return made


def test_windows_come_back_as_cut_and_as_often_as_asked(tmp_path: Path) -> None:
    """Pixels, coordinates, attributes and encoding, in the order of time, twice."""
    windows = cut_out(map(image, range(3)), WINDOWS, tmp_path)
    for opened, (rows, columns) in zip(windows, WINDOWS, strict=True):
        for _ in range(2):
            cuts = list(opened())
            assert len(cuts) == 3
            for k, cut in enumerate(cuts):
                xr.testing.assert_identical(cut, image(k).isel(time=0, y=rows, x=columns))
                assert cut["reflectance"].encoding["grid_mapping"] == "spatial_ref"


def test_windows_are_read_independently(tmp_path: Path) -> None:
    """Two readers of one window, and of two, do not disturb each other."""
    first, second = cut_out(map(image, range(3)), WINDOWS, tmp_path)
    for one, two, three in zip(first(), first(), second(), strict=True):
        xr.testing.assert_identical(one, two)
        assert one["item_id"] == three["item_id"]


def test_images_are_read_once_and_only_one_is_held(tmp_path: Path) -> None:
    """However many windows there are."""
    alive: list[int] = []

    def images() -> Iterator[xr.Dataset]:
        for k in range(5):
            alive.append(k)
            yield image(k)

    cut_out(images(), WINDOWS * 4, tmp_path)
    assert alive == [0, 1, 2, 3, 4]
    assert len(list(tmp_path.iterdir())) == 8


def test_no_image_is_no_fault(tmp_path: Path) -> None:
    """A window without images opens on nothing."""
    (opened,) = cut_out([], WINDOWS[:1], tmp_path)
    assert list(opened()) == []


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cut-outs lie, and what to do."""

    def full(*words: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(
        "skytally.imagery.pipeline.temporary_decoded_window_cutouts.pickle.dump", full
    )
    with pytest.raises(AcquisitionError, match="cut-outs of image 1 cannot be kept"):
        cut_out(map(image, range(3)), WINDOWS, tmp_path)

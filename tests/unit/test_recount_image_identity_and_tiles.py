"""Images to count on: scale, identity, tiles, and what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import affine
import numpy as np
import pytest
import rasterio
from PIL import Image

from skytally.core import DataError
from skytally.recount import CountImage
from skytally.recount.recount_image_identity_and_tiles import TILE
from tests.support.made_up_recounts import practice_file


def _write(path: Path, pixels: np.ndarray, **profile: object) -> Path:
    count, rows, columns = pixels.shape
    with rasterio.open(
        path, "w", driver="GTiff", count=count, height=rows, width=columns, dtype=pixels.dtype,
        **profile,
    ) as target:  # fmt: skip
        target.write(pixels)
    return path


def _plain(path: Path) -> Path:
    """Write a picture that does not say where it lies."""
    Image.fromarray(np.arange(100 * 80 * 3, dtype=np.uint8).reshape(80, 100, 3)).save(path)
    return path


def test_scale_is_that_of_the_ground(tmp_path: Path) -> None:
    """A map projection that stretches is seen through: half the size at 60 degrees north."""
    pixels = np.arange(300, dtype=np.uint8).reshape(1, 15, 20)
    north = 8_399_737.9
    path = _write(
        tmp_path / "web.tif",
        pixels,
        crs="EPSG:3857",
        transform=affine.Affine(2, 0.0, 0, 0.0, -2, north),
    )
    image = CountImage(path)
    assert image.identity.scale_m == pytest.approx(1.0, rel=0.01)
    image.close()


def test_picture_without_scale_is_told(tmp_path: Path) -> None:
    """It is refused, or taken with a scale, or without measuring; each is another thing."""
    path = _plain(tmp_path / "a.png")
    with pytest.raises(DataError, match="SCALE=none"):
        CountImage(path)
    given, none = CountImage(path, scale="0.5"), CountImage(path, scale="none")
    assert (given.identity.scale_m, none.identity.scale_m) == (0.5, None)
    assert given.identity.sha256 == none.identity.sha256
    assert given.identity.lonlat(1, 1) is None
    given.close()
    none.close()


@pytest.mark.parametrize("scale", ["0", "-1", "metres", "nan", "1e9"])
def test_senseless_scale_is_refused(tmp_path: Path, scale: str) -> None:
    """A scale is metres a pixel."""
    with pytest.raises(DataError, match="SCALE: found"):
        CountImage(_plain(tmp_path / "a.png"), scale=scale)


def test_scale_that_the_file_contradicts_is_refused(tmp_path: Path) -> None:
    """The file knows better."""
    with pytest.raises(DataError, match=r"the file itself says 0\.5"):
        CountImage(practice_file(tmp_path), scale="3")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.vrt", b"<VRTDataset/>", "none of"),
        ("a.tif", b"no image at all", "no sound image"),
        ("a.png", b"", "no sound image"),
        ("a.jp2", b"\x00" * 40, "no sound image"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    """A file that is no image, or of a format that may name other files."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=said):
        CountImage(path)


@pytest.mark.parametrize("bands", ["0", "4,5,6", "a", "1,2", "1,2,3,3"])
def test_bands_that_are_not_there_are_refused(tmp_path: Path, bands: str) -> None:
    """One band or three, of those that the file has."""
    with pytest.raises(DataError, match="BANDS: found"):
        CountImage(practice_file(tmp_path), bands=bands)


def test_pixels_that_oblong_are_refused(tmp_path: Path) -> None:
    """Lengths would depend on their direction."""
    path = _write(
        tmp_path / "a.tif", np.ones((1, 9, 9), np.uint8), crs="EPSG:32652",
        transform=affine.Affine(1.0, 0.0, 5e5, 0.0, -2.0, 4.7e6),
    )  # fmt: skip
    with pytest.raises(DataError, match="square pixels"):
        CountImage(path)


def test_tiles_show_the_image_and_its_holes(tmp_path: Path) -> None:
    """A tile has the pixels of its place; what the image lacks is transparent, never black."""
    pixels = np.zeros((1, 700, 900), np.uint16)
    pixels[0, :, :450], pixels[0, 600:, :] = 1000, 500
    path = _write(
        tmp_path / "a.tif", pixels, nodata=0, crs="EPSG:32652",
        transform=affine.Affine(0.5, 0.0, 5e5, 0.0, -0.5, 4.7e6),
    )  # fmt: skip
    image = CountImage(path)
    first = np.asarray(Image.open(io.BytesIO(image.tile(0, 0, 0))))
    last = np.asarray(Image.open(io.BytesIO(image.tile(0, 1, 1))))
    assert first.shape == (TILE, TILE, 4)
    assert last.shape == (700 - TILE, 900 - TILE, 4)
    assert first[0, 0].tolist() == [255, 255, 255, 255]
    assert first[0, 500, 3] == 0
    assert last[-1, -1].tolist() == [0, 0, 0, 255]
    for place in ((0, 2, 0), (0, 0, 2), (17, 0, 0)):
        with pytest.raises(DataError, match="outside the image"):
            image.tile(*place)
    image.close()


def test_image_that_changes_under_the_count_is_noticed(tmp_path: Path) -> None:
    """Touched is the same; other bytes are another image."""
    path = practice_file(tmp_path)
    image = CountImage(path)
    content = path.read_bytes()
    path.touch()
    image.check_unchanged()
    path.write_bytes(content + b"\0")
    with pytest.raises(DataError, match="changed while it was counted"):
        image.tile(0, 0, 0)
    path.unlink()
    with pytest.raises(DataError, match="restore it"):
        image.check_unchanged()
    image.close()


def test_image_of_nothing_but_holes_is_refused(tmp_path: Path) -> None:
    """There is nothing to count on."""
    path = _write(
        tmp_path / "a.tif", np.zeros((1, 9, 9), np.uint8), nodata=0, crs="EPSG:32652",
        transform=affine.Affine(1.0, 0.0, 5e5, 0.0, -1.0, 4.7e6),
    )  # fmt: skip
    with pytest.raises(DataError, match="every pixel is missing"):
        CountImage(path)

"""Cut-outs of the images of a site, decoded once and kept in temporary files, one a window."""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import xarray as xr

from skytally.core import AcquisitionError
from skytally.imagery.cube import Window

OpenImages = Callable[[], Iterator[xr.Dataset]]
"""Opens the images of one window from the first one on, one at a time, in the order of time."""


def _reader(path: Path, count: int) -> OpenImages:
    def images() -> Iterator[xr.Dataset]:
        if count:
            with path.open("rb") as file:
                for _ in range(count):
                    yield pickle.load(file)

    return images


def cut_out(
    images: Iterable[xr.Dataset], windows: Sequence[Window], folder: Path
) -> list[OpenImages]:
    """Cut windows out of images that are read once, and keep the cut-outs on the disk.

    References, measures and injections each run over the same images several times. What they
    need is a window of each; reading it back costs no decoding and one image of memory.

    Parameters
    ----------
    images : iterable of xarray.Dataset, dims (time, ..., y, x)
        One time each, in the order of time; read to its end once.
    windows : sequence of tuple of slice
        Rows and columns of each window.
    folder : Path
        An empty folder that the caller removes; takes about 0.7 MB an image and window of
        180 by 180 pixels.

    Returns
    -------
    list of callable
        One a window, each as often to be opened as one likes.

    Raises
    ------
    AcquisitionError
        If the disk takes no more; what was stored or measured is not touched.
    """
    paths = [folder / f"window-{i}" for i in range(len(windows))]
    count = 0
    try:
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(path.open("wb")) for path in paths]
            for image in images:
                for file, (rows, columns) in zip(files, windows, strict=True):
                    cut = image.isel(time=0, y=rows, x=columns)
                    pickle.dump(cut, file, protocol=pickle.HIGHEST_PROTOCOL)
                count += 1
    except OSError as error:
        message = (
            f"{folder}: cut-outs of image {count + 1} cannot be kept ({error.strerror or error}); "
            "free room on this disk, or name another folder in SKYTALLY_MEASURED; nothing that "
            "was stored is lost"
        )
        raise AcquisitionError(message) from error
    return [_reader(path, count) for path in paths]

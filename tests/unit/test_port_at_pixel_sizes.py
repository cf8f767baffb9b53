"""The simulated port at three sizes of pixel."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.core import DataError
from skytally.imagery.simulate.port_at_pixel_sizes import (
    SCENE_SIZE,
    WATERLINE,
    object_sizes,
    port_boxes,
    port_image,
)


@pytest.mark.parametrize("gsd", [10.0, 3.0])
def test_port_image_keeps_its_light_at_any_size_of_pixel(gsd: float) -> None:
    """Water is dark, the quay bright, the house of the ship white, wherever the pixel is fine."""
    image = port_image(gsd)
    assert image.shape == (3, round(SCENE_SIZE[1] / gsd), round(SCENE_SIZE[0] / gsd))
    assert np.isfinite(image).all()
    water = image[:, : round(20 / gsd)]
    quay = image[:, round((WATERLINE + 34) / gsd) : round((WATERLINE + 40) / gsd)]
    assert water.mean() == pytest.approx(0.04, abs=0.01)
    assert quay.mean() == pytest.approx(0.2, abs=0.03)
    # averaging over the whole scene is what no size of pixel may change
    assert image.mean() == pytest.approx(port_image(5.0).mean(), abs=0.006)


def test_finer_pixels_tell_single_things_apart() -> None:
    """From pixel to pixel the railcars and containers differ more, the finer the pixel."""
    spread = [float(port_image(gsd).std()) for gsd in (10.0, 3.0, 1.0)]
    assert spread == sorted(spread)


@pytest.mark.parametrize("gsd", [0.25, 0.75, 10.1, -1.0, float("nan")])
def test_a_pixel_that_cannot_be_drawn_is_refused(gsd: float) -> None:
    """A pixel is an even number of cells, so that its middle lies between two."""
    with pytest.raises(DataError, match=r"take an even multiple of 0\.25 m"):
        port_image(gsd)


def test_sizes_are_those_of_the_boxes_drawn() -> None:
    """The sizes of the table are found among the boxes of the scene."""
    drawn = {(round(box.length, 2), round(box.width, 2)) for box in port_boxes()}
    sizes = object_sizes()
    for name in ("container", "railcar"):
        assert tuple(round(side, 2) for side in sizes[name]) in drawn

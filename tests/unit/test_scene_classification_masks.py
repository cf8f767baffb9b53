"""Classes of a scene: those of each sensor, and a number that is no class is never clear."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.imagery.acquire.scene_classification_masks import decode_classification


def test_classes_of_sentinel_2() -> None:
    """Clear is none of no data, defective, shadow, cloud and snow (METHODS T8)."""
    found = decode_classification(np.arange(12, dtype="uint8")[None], "sentinel-2")
    assert found is not None
    assert found.clear[0].tolist() == [i in (2, 4, 5, 6, 7) for i in range(12)]
    assert found.unread[0].tolist() == [i == 0 for i in range(12)]


def test_classes_of_landsat() -> None:
    """Fill, cloud, shadow, snow, clear water, clear land."""
    quality = np.array([[1, 1 << 3, 1 << 4, 1 << 5, (1 << 7) | (1 << 6), 1 << 6]], "uint16")
    found = decode_classification(quality, "landsat")
    assert found is not None
    assert found.clear[0].tolist() == [False, False, False, False, True, True]
    assert found.water[0].tolist() == [False] * 4 + [True, False]


def test_classes_of_radar_are_none() -> None:
    """Radar has no classification."""
    assert decode_classification(np.zeros((1, 1), "uint8"), "sentinel-1") is None


@pytest.mark.parametrize(
    ("quality", "sensor"),
    [
        (np.array([[4, 255]], "uint8"), "sentinel-2"),
        (np.array([[4, np.nan]], "float32"), "sentinel-2"),
        (np.array([[21824, 0]], "uint16"), "landsat"),
    ],
)
def test_a_number_that_is_no_class_is_never_clear(quality: np.ndarray, sensor: str) -> None:
    """What nobody classified may hide anything."""
    found = decode_classification(quality, sensor)
    assert found is not None
    assert found.clear.tolist() == [[True, False]]
    assert found.unread.tolist() == [[False, True]]

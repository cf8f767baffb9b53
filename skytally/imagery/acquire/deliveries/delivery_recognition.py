"""What every file of a provider's folder was taken for, and the scenes that the files make."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from skytally.imagery.acquire.deliveries import (
    airbus_product,
    landsat_bundle,
    maxar_product,
    planet_delivered_order,
    sentinel1_safe,
    sentinel2_safe,
    sentinel_hub_and_browser_file_recognition,
    unknown_vendor_image_recognition,
)
from skytally.imagery.acquire.deliveries.delivered_files import DeliveredFile, delivered_files
from skytally.imagery.acquire.deliveries.delivered_scene import DeliveredScene, Recognition
from skytally.imagery.acquire.deliveries.image_header import image_header
from skytally.imagery.acquire.image_provider_table import Provider

VENDORS: tuple[Callable[..., None], ...] = (
    sentinel2_safe.recognise,
    sentinel1_safe.recognise,
    landsat_bundle.recognise,
    airbus_product.recognise,
    maxar_product.recognise,
    planet_delivered_order.recognise,
    sentinel_hub_and_browser_file_recognition.recognise,
)
"""Layouts that are known, those of the clearest metadata first."""


def _band_count(file: DeliveredFile) -> int:
    header = image_header(file)
    return header.count - header.has_alpha


@functools.lru_cache(maxsize=4)
def _recognised(
    files: tuple[DeliveredFile, ...], unreadable: tuple[tuple[str, str], ...], keys: tuple[str, ...]
) -> Recognition:
    recognition = Recognition()
    for path, reason in unreadable:
        recognition.scenes.append(DeliveredScene(path, "archive", None, "", (), fault=reason))
        recognition.taken_for[path] = reason
    for recognise in VENDORS:
        recognise(files, recognition, _band_count)
    unknown_vendor_image_recognition.recognise(files, recognition, keys)
    twice = {key for key, count in Counter(s.key for s in recognition.scenes).items() if count > 1}
    recognition.scenes = [
        replace(
            scene, fault=scene.fault or f"another image of the same folder is named {scene.key}"
        )
        if scene.key in twice
        else scene
        for scene in recognition.scenes
    ]
    return recognition


def recognised_delivery(provider: Provider) -> Recognition:
    """Recognise the files of a provider's folder or archive; once while they stay the same.

    Parameters
    ----------
    provider : Provider
        Of kind ``folder``.

    Returns
    -------
    Recognition
        The caller does not change it.

    Raises
    ------
    FileNotFoundError
        If there is no such folder or archive.
    """
    root = Path(provider.url)
    if not root.exists():
        raise FileNotFoundError(root)
    files, unreadable = delivered_files(root)
    keys: Sequence[str] = tuple(provider.asset_keys.values())
    return _recognised(tuple(files), tuple(unreadable), tuple(keys))

"""What every file of a provider's folder was taken for, and the scenes that the files make."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from skytally.imagery.acquire.deliveries import (
    airbus_product_recognition,
    landsat_bundle_recognition,
    maxar_product_recognition,
    planet_order_recognition,
    sentinel2_safe_recognition,
    sentinel_hub_and_browser_file_recognition,
    uncalibrated_sentinel1_refusal,
    unknown_vendor_image_recognition,
)
from skytally.imagery.acquire.deliveries.delivered_files import (
    DeliveredFile,
    are_same_bytes,
    delivered_files,
    same_bytes_words,
)
from skytally.imagery.acquire.deliveries.delivered_scene import DeliveredScene, Recognition
from skytally.imagery.acquire.deliveries.image_header import image_header
from skytally.imagery.acquire.image_provider_table import Provider

VENDORS: tuple[Callable[..., None], ...] = (
    sentinel2_safe_recognition.recognise,
    uncalibrated_sentinel1_refusal.recognise,
    landsat_bundle_recognition.recognise,
    airbus_product_recognition.recognise,
    maxar_product_recognition.recognise,
    planet_order_recognition.recognise,
    sentinel_hub_and_browser_file_recognition.recognise,
)
"""Layouts that are known, those of the clearest metadata first."""


def _band_count(file: DeliveredFile) -> int:
    header = image_header(file)
    return header.count - header.has_alpha


def _image_of(scene: DeliveredScene) -> DeliveredFile | None:
    """File on the disk that holds all bands of a scene; None where there is no one such file."""
    files = {file for band in scene.bands for file in band.files}
    file = files.pop() if len(files) == 1 else None
    return None if file is None or file.archive else file


def _sort_key(scene: DeliveredScene) -> tuple[bool, bool, bool, int, str]:
    """Order of scenes of one image: that of which most is known first."""
    moment = scene.moment
    is_day = moment is None or not (moment.hour or moment.minute or moment.second)
    return bool(scene.fault), moment is None, is_day, len(scene.key), scene.key


def _images_once(recognition: Recognition) -> None:
    """Keep one scene of an image that lies there twice; days that contradict refuse both."""
    groups: list[list[tuple[DeliveredScene, DeliveredFile]]] = []
    for scene in sorted(recognition.scenes, key=_sort_key):
        if (file := _image_of(scene)) is None:
            continue
        for group in groups:
            if are_same_bytes(group[0][1].gdal_path, file.gdal_path):
                group.append((scene, file))
                break
        else:
            groups.append([(scene, file)])
    for first, *others in groups:
        for other in others:
            _tell_twin(recognition, first, other)


def _tell_twin(
    recognition: Recognition,
    first: tuple[DeliveredScene, DeliveredFile],
    other: tuple[DeliveredScene, DeliveredFile],
) -> None:
    """Pass over the other of two scenes of one image, or refuse both where their days differ."""
    (scene, file), (twin, twin_file) = first, other
    if scene.moment and twin.moment and scene.moment.date() != twin.moment.date():
        for (here, at), (there, of) in ((first, other), (other, first)):
            day = f"{there.moment:%Y-%m-%d}"
            fault = f"the same bytes as {of.name}, of {day}; remove the one that is wrong"
            recognition.scenes = [
                replace(each, fault=fault) if each.key == here.key else each
                for each in recognition.scenes
            ]
            recognition.taken_for[at.path] = fault
    elif twin in recognition.scenes and twin_file != file:
        recognition.scenes.remove(twin)
        recognition.taken_for[twin_file.path] = same_bytes_words(file.name)


@functools.lru_cache(maxsize=4)
def _recognised(
    files: tuple[DeliveredFile, ...],
    unreadable: tuple[tuple[str, str], ...],
    passed: tuple[tuple[str, str], ...],
    keys: tuple[str, ...],
) -> Recognition:
    recognition = Recognition(taken_for=dict(passed))
    for path, reason in unreadable:
        recognition.scenes.append(DeliveredScene(path, "archive", None, "", (), fault=reason))
        recognition.taken_for[path] = reason
    for recognise in VENDORS:
        recognise(files, recognition, _band_count)
    unknown_vendor_image_recognition.recognise(files, recognition, keys)
    _images_once(recognition)
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
    files, unreadable, passed = delivered_files(root)
    keys: Sequence[str] = tuple(provider.asset_keys.values())
    return _recognised(tuple(files), tuple(unreadable), tuple(passed), tuple(keys))

"""The store: whole or not at all, never changed, never read without its hash."""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError, IntegrityError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.chip_and_manifest_encoding import (
    ChipManifest,
    decode_chip,
    encode_chip,
    manifest_from_json,
    manifest_to_json,
)
from tests.support import simulated_scenes_and_sites as chips

ITEM = "S2A_52TDN_20230827_0_L2A"


def _put(folder: Path, seed: int = 0, **words: str) -> ChipManifest:
    return chip_store.store_chip(folder, "here", chips.whole_item(**words), chips.pixels(seed))


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != chip_store.LOCK_FILE
    }


def test_what_is_put_is_got(tmp_path: Path) -> None:
    """Every number of every band, in the provider's type."""
    put = _put(tmp_path)
    manifest, arrays = chip_store.read_chip(tmp_path, "here", ITEM)
    assert manifest == put
    for band, array in chips.pixels().arrays.items():
        np.testing.assert_array_equal(arrays[band], array)
        assert arrays[band].dtype == array.dtype
    assert manifest.offset["b04"] == -0.1
    assert manifest.sources["b04"]["href"] == "https://host/b04.tif"


@pytest.mark.parametrize("fault", ["a bit", "an end", "more"])
def test_a_disk_that_keeps_other_bytes_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """What is written is read back first: the old chip stays, and no part of the new one."""
    _put(tmp_path)
    before, real = _files(tmp_path), os.write

    def wrong(handle: int, data: bytes) -> int:
        whole = bytes(data)
        kept = {"a bit": whole[:-1] + bytes([whole[-1] ^ 1]), "an end": whole[:-1],
                "more": whole + b"x"}[fault]  # fmt: skip
        real(handle, kept)
        return len(whole)

    monkeypatch.setattr(os, "write", wrong)
    with pytest.raises(chip_store.StoreError, match=r"read back otherwise.*nothing that was"):
        _put(tmp_path, seed=1, item_id="another")
    with pytest.raises(OSError, match="read back otherwise"):
        chip_store.write_atomically(tmp_path / "here" / f"{ITEM}.json", b"{}")
    assert _files(tmp_path) == before


def test_the_same_scene_gives_the_same_bytes(tmp_path: Path) -> None:
    """Nothing of the moment or the machine is in a chip."""
    _put(tmp_path / "one")
    _put(tmp_path / "two")
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_radar_keeps_no_data_that_is_not_a_number(tmp_path: Path) -> None:
    """NaN survives the manifest, in which JSON has none."""
    values = np.array([[0.1, np.nan]] * 2, "float32")
    pixels = replace(
        chips.pixels(),
        arrays={"vv": values},
        gsd={"vv": 10.0},
        nodata={"vv": math.nan},
        sources={"vv": {}},
    )
    item = chips.scene_item(
        {"vv": chips.asset("vv", "x")}, sensor="sentinel-1", calibration="linear"
    )
    chip_store.store_chip(tmp_path, "here", item, pixels)
    manifest, arrays = chip_store.read_chip(tmp_path, "here", ITEM)
    assert math.isnan(manifest.nodata["vv"] or 0)
    np.testing.assert_array_equal(arrays["vv"], values)


def test_every_flipped_bit_is_found(tmp_path: Path) -> None:
    """200 bits of chip and manifest, one at a time."""
    _put(tmp_path)
    random = np.random.default_rng(7)
    for name in (f"{ITEM}.tif", f"{ITEM}.json"):
        path = tmp_path / "here" / name
        content = path.read_bytes()
        for bit in random.integers(0, 8 * len(content), 100):
            spoiled = bytearray(content)
            spoiled[bit // 8] ^= 1 << (bit % 8)
            path.write_bytes(spoiled)
            with pytest.raises(IntegrityError, match="run refresh again"):
                chip_store.read_chip(tmp_path, "here", ITEM)
        path.write_bytes(content)
    chip_store.read_chip(tmp_path, "here", ITEM)


def test_a_chip_under_another_name_is_found(tmp_path: Path) -> None:
    """A copy of one scene does not pass for another."""
    _put(tmp_path)
    for ending in (".tif", ".json"):
        path = tmp_path / "here" / f"{ITEM}{ending}"
        path.with_name(f"other{ending}").write_bytes(path.read_bytes())
    with pytest.raises(IntegrityError, match="its manifest is that of"):
        chip_store.read_chip(tmp_path, "here", "other")


def test_a_scene_without_manifest_does_not_count(tmp_path: Path) -> None:
    """The manifest is written last."""
    _put(tmp_path)
    (tmp_path / "here" / f"{ITEM}.json").unlink()
    assert chip_store.stored_manifest(tmp_path, "here", ITEM) is None
    assert chip_store.stored_manifests(tmp_path, "here") == []
    with pytest.raises(DataError, match="run refresh"):
        chip_store.read_chip(tmp_path, "here", ITEM)


def test_sweep_removes_what_an_interruption_left(tmp_path: Path) -> None:
    """Files beside, and chips without a manifest; whole scenes stay."""
    _put(tmp_path)
    here = tmp_path / "here"
    (here / ".x.tif.part").write_bytes(b"half")
    (here / "orphan.tif").write_bytes(b"chip")
    assert chip_store.remove_leftovers(tmp_path) == ["here/.x.tif.part", "here/orphan.tif"]
    assert sorted(path.name for path in here.iterdir()) == [f"{ITEM}.json", f"{ITEM}.tif"]
    assert chip_store.remove_leftovers(tmp_path) == []


def test_a_retired_scene_is_kept_but_not_counted(tmp_path: Path) -> None:
    """It comes back without being read again."""
    put = _put(tmp_path)
    chip_store.retire_chip(tmp_path, "here", ITEM)
    assert chip_store.stored_manifests(tmp_path, "here") == []
    assert chip_store.remove_leftovers(tmp_path) == []
    assert chip_store.stored_manifest(tmp_path, "here", ITEM, retired=True) == put
    chip_store.restore_chip(tmp_path, "here", ITEM)
    assert chip_store.read_chip(tmp_path, "here", ITEM)[0] == put


def test_manifests_come_in_the_order_of_time(tmp_path: Path) -> None:
    """Not in that of their names."""
    _put(tmp_path, item_id="b", time="2023-01-01T00:00:00Z")
    _put(tmp_path, item_id="a", time="2024-01-01T00:00:00Z")
    assert [each.item_id for each in chip_store.stored_manifests(tmp_path, "here")] == ["b", "a"]


@pytest.mark.parametrize("item", ["../x", "a/b", ".hidden", "", "a\nb", "x" * 300])
def test_an_id_that_is_no_file_name_is_refused(tmp_path: Path, item: str) -> None:
    """Ids come from outside; none leads out of the store."""
    with pytest.raises(DataError, match="no file name"):
        _put(tmp_path, item_id=item)
    assert _files(tmp_path) == {}


def test_an_item_for_another_site_is_refused(tmp_path: Path) -> None:
    """A chip lies with its own site."""
    with pytest.raises(DataError, match="offered for here"):
        chip_store.store_chip(tmp_path, "there", chips.whole_item(), chips.pixels())


def test_two_at_once_are_told_apart(tmp_path: Path) -> None:
    """The second gets a clear message, and the lock ends with the first."""
    with (
        chip_store.locked_store(tmp_path),
        pytest.raises(chip_store.StoreError, match="another refresh is at work"),
        chip_store.locked_store(tmp_path),
    ):
        pass
    with chip_store.locked_store(tmp_path):
        pass


def test_a_lock_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    """Nobody has to remove a file."""
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from skytally.imagery.acquire import chip_store\n"
        "with chip_store.locked_store(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert done.returncode == -9
    with chip_store.locked_store(tmp_path):
        pass


def test_a_full_disk_is_told_and_costs_nothing(tmp_path: Path) -> None:
    """What was stored stays, and no half file is left."""
    _put(tmp_path)
    before = _files(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # a write beyond the limit raises, since Python ignores the signal
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(chip_store.StoreError, match=r"no room for more.*nothing .* lost"):
            _put(tmp_path, seed=1, item_id="second")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert _files(tmp_path) == before


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs the tests may write anywhere, so the system's refusal is played."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(chip_store.StoreError, match="give write access"):
        _put(tmp_path)


def test_a_store_on_a_file_is_told(tmp_path: Path) -> None:
    """A folder is needed."""
    (tmp_path / "scenes").write_text("no folder")
    with (
        pytest.raises(chip_store.StoreError, match="see to the disk"),
        chip_store.locked_store(tmp_path / "scenes"),
    ):
        pass


def test_a_new_chip_is_never_spoken_for_by_an_old_manifest(tmp_path: Path) -> None:
    """When somebody took the chip away and its scene has changed upstream."""
    _put(tmp_path)
    (tmp_path / "here" / f"{ITEM}.tif").unlink()
    put = _put(tmp_path, seed=1)
    assert chip_store.read_chip(tmp_path, "here", ITEM)[0] == put


def test_a_manifest_by_hand_is_refused() -> None:
    """Its seal tells."""
    manifest, data = encode_chip(chips.whole_item(), chips.pixels())
    told = json.loads(manifest_to_json(manifest))
    told["offset"]["b04"] = 0.0
    with pytest.raises(IntegrityError, match="seal is broken"):
        manifest_from_json(json.dumps(told).encode())
    assert manifest_from_json(manifest_to_json(manifest).encode()) == manifest
    with pytest.raises(IntegrityError, match="not those that were stored"):
        decode_chip(manifest, data + b"x")


def test_sizes_are_counted(tmp_path: Path) -> None:
    """For the disk budget."""
    _put(tmp_path)
    assert chip_store.store_bytes(tmp_path) == sum(map(len, _files(tmp_path).values()))
    assert chip_store.free_disk_bytes(tmp_path) > 0

"""``python -m skytally.press.ro_crate_validation``: validate packets as RO-Crates.

The validator lives in an environment of its own (requirements-edition.txt), and asks the web for
the context of JSON-LD; it is given the copy that the library rocrate carries.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from skytally.editions import editions_folder, packet_paths

REQUIRED = "REQUIRED"
CONTEXT = "https://w3id.org/ro/crate/1.3/context"
KEEP_CONTEXT = '''\
import sys
from io import BytesIO
from pathlib import Path

from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

address, copy, cache = sys.argv[1:]


class KeptCopy(HTTPAdapter):
    """Answers with a file of this machine; no connection is opened."""

    def send(self, request, **_):
        body = BytesIO(Path(copy).read_bytes())
        headers = {"Content-Type": "application/ld+json"}
        return self.build_response(
            request, HTTPResponse(body, headers, status=200, preload_content=False)
        )


session = CachedSession(cache, expire_after=-1, backend="sqlite")
session.mount(address, KeptCopy())
session.get(address).raise_for_status()
'''
"""Puts the context into the cache from which the validator reads when it is offline."""
VALIDATE = """\
import json, sys
from rocrate_validator import services

cache, severity, *crates = sys.argv[1:]
faults = {}
for crate in crates:
    settings = services.ValidationSettings(
        rocrate_uri=crate, profile_identifier="ro-crate-1.3", requirement_severity=severity,
        offline=True, cache_path=cache,
    )
    result = services.validate(settings)
    faults[crate] = [f"{issue.check.identifier}: {issue.message}" for issue in result.get_issues()]
print("\\n" + json.dumps(faults))
"""
"""Checks crates one after the other, in one process of the validator's environment."""


def crate_faults(
    packets: Sequence[Path], python: Path, *, severity: str = REQUIRED
) -> dict[str, list[str]]:
    """Validate packets as RO-Crates.

    Parameters
    ----------
    packets : sequence of Path
        Zips.
    python : Path
        Interpreter of the environment in which the validator is installed.
    severity : str
        `REQUIRED`, or *RECOMMENDED* for what the specification recommends, too: a publisher's
        address and point of contact, among others, which this project has not.

    Returns
    -------
    dict of str to list of str
        Name of a packet to what is wrong with it, for those with a fault.

    Raises
    ------
    RuntimeError
        If the validator cannot be run.
    """
    copy = Path(str(files("rocrate") / "data" / "ro-crate.jsonld"))
    with tempfile.TemporaryDirectory() as folder:
        cache = str(Path(folder) / "cache")
        _run(python, KEEP_CONTEXT, [CONTEXT, str(copy), cache])
        printed = _run(python, VALIDATE, [cache, severity, *map(str, packets)])
    found = json.loads(printed.splitlines()[-1])
    return {Path(path).name: faults for path, faults in found.items() if faults}


def _run(python: Path, program: str, words: list[str]) -> str:
    run = subprocess.run(
        [str(python), "-c", program, *words], capture_output=True, text=True, check=False
    )
    if run.returncode:
        message = f"the RO-Crate validator stopped: {run.stderr.strip()[-500:]}"
        raise RuntimeError(message)
    return run.stdout


def one_of_each_shape(packets: Sequence[Path]) -> list[Path]:
    """Choose a packet of each kind and set of files, since one program wrote all of a shape.

    A validation takes seconds, most of which the validator spends on reading its own rules.
    """
    shapes: dict[tuple[str, ...], Path] = {}
    for path in packets:
        with zipfile.ZipFile(path) as archive:
            names = {f"{name.partition('/')[0]}" for name in archive.namelist()}
        shapes.setdefault((path.name.partition("-")[0], *sorted(names)), path)
    return list(shapes.values())


def main(words: list[str]) -> int:
    """Validate packets of an edition, one of each shape or all; the exit code."""
    parser = argparse.ArgumentParser(prog="make crates", description=__doc__)
    parser.add_argument("--python", type=Path, required=True, help="of the validator")
    parser.add_argument("--edition", default="", help="EDITION, its id")
    parser.add_argument("--every", default="", help="EVERY=yes for all packets")
    asked = parser.parse_args(words)
    known = [*packet_paths(editions_folder() / asked.edition).values()]
    if not asked.edition or not known:
        print(f"EDITION: no packets of edition {asked.edition!r}; name another", file=sys.stderr)
        return 1
    packets = known if asked.every else one_of_each_shape(known)
    faults = crate_faults(packets, asked.python)
    for name, found in faults.items():
        print(f"{name}: {'; '.join(found)}", file=sys.stderr)
    sound = len(packets) - len(faults)
    print(f"{sound} of {len(packets)} packets tried, of {len(known)}, are valid RO-Crates")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Providers: the real rows are sound and hold no secret, bad rows are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.acquire.image_provider_table import read_providers
from tests.support.faulty_stac_catalogue_server import DATA, PROVIDERS
from tests.support.words_of_python import PYTHON_WORDS, TOML_VALUES

FILE = DATA / "providers.toml"
ROW = """
[mine]
kind = "stac-api"
url = "https://example.test/v1"
collection = "some"
sensor = "sentinel-2"
processor = "L2A"
bands = { b04 = "red" }
quality = "scl"
signing = "none"
calibration = "metadata"
page_size = 100
label = ""
"""


def test_real_rows() -> None:
    """Collection 1 is asked by default, the same scenes elsewhere only on demand."""
    defaults = {name for name, row in PROVIDERS.items() if row.default}
    assert {"earth-search", "planetary-computer-s1-rtc", "planetary-computer-landsat"} <= defaults
    assert PROVIDERS["earth-search"].collection == "sentinel-2-c1-l2a"
    assert {
        "earth-search",
        "earth-search-v1-l2a",
        "planetary-computer-s2",
        "copernicus-data-space",
    } <= {name for name, row in PROVIDERS.items() if row.sensor == "sentinel-2"}
    optical = {"b02", "b03", "b04", "b08", "b11"}
    for row in PROVIDERS.values():
        assert set(row.bands) == ({"vv", "vh"} if row.sensor == "sentinel-1" else optical)
        assert row.note
        assert row.label == ""


def test_no_two_defaults_give_the_same_scenes() -> None:
    """A refresh that names no provider asks each sensor once."""
    sensors = [row.sensor for row in PROVIDERS.values() if row.default]
    assert len(sensors) == len(set(sensors))


def test_file_holds_no_credential() -> None:
    """Nothing in the file has the shape of a key, a token or a signature."""
    text = FILE.read_text(encoding="utf-8")
    assert not re.search(r"(?i)(sig|token|secret|password|subscription|api[_-]?key)\s*=", text)
    assert not re.search(r"[A-Za-z0-9+/]{32,}", text)
    assert "?" not in text


def _read(tmp_path: Path, text: str) -> None:
    (tmp_path / "providers.toml").write_text(text, encoding="utf-8")
    read_providers(tmp_path / "providers.toml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[mine]", "[Mine]", "use lower-case letters"),
        ('kind = "stac-api"', 'kind = "wms"', 'kind "wms"; use one of "stac-api"'),
        ('kind = "stac-api"\n', "", "no kind; give it"),
        ('"https://example.test/v1"', '""', "no url; give the address"),
        ('"https://example.test/v1"', '"ftp://example.test"', "url with ftp://"),
        ('"https://example.test/v1"', '"./folder"', "a search needs an http"),
        ("example.test/v1", "me:word@example.test/v1", "credentials belong into the environment"),
        ("example.test/v1", "example.test/v1?key=1", "credentials belong into the environment"),
        ('collection = "some"', 'collection = ""', "a search needs one"),
        ('collection = "some"', "collection = 7", "collection 7; write text"),
        ('processor = "L2A"', 'processor = ""', "no processor"),
        ('{ b04 = "red" }', "{}", "no bands"),
        ('{ b04 = "red" }', "{ b04 = 4 }", "band b04 = 4"),
        ('{ b04 = "red" }', '{ "B 4" = "red" }', "band B 4"),
        ('{ b04 = "red" }', '{ b02 = "x", b03 = "x" }', 'asset key "x" for b02 and b03'),
        ('quality = "scl"', 'quality = "red"', 'asset key "red" for b04 and quality'),
        ("page_size = 100", "page_size = 0", "from 1 to 1000"),
        ("page_size = 100", "page_size = true", "from 1 to 1000"),
        ('signing = "none"', 'signing = "magic"', 'signing "magic"'),
        ('label = ""', 'label = "true"', 'label "true"'),
        ('label = ""', 'label = ""\ndefault = "yes"', "write true or false"),
        ('label = ""', 'label = ""\nlocal = "yes"', 'local "yes"; write true or false'),
        ("example.test/v1", "[::1/v1", "url that is no address"),
        ("example.test/v1", "example.test:99999/v1", "url that is no address"),
        ("example.test/v1", "/v1", "url that is no address"),
        ('label = ""', 'label = ""\nsecret = "x"', 'unknown key "secret"'),
        ("[mine]", "mine", "providers.toml, line 2, column 5: found broken TOML"),
    ],
)
def test_bad_row_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Each fault is reported with the provider and what to do."""
    with pytest.raises(DataError, match="providers") as error:
        _read(tmp_path, ROW.replace(old, new))
    assert words in str(error.value)


def test_faults_are_told_at_once(tmp_path: Path) -> None:
    """Two faults in two rows are one message."""
    with pytest.raises(DataError, match="2 faults"):
        _read(tmp_path, ROW.replace("L2A", "") + ROW.replace("mine", "his").replace("100", "0"))


def test_path_counts_from_the_file(tmp_path: Path) -> None:
    """A folder or a catalogue on the disk is found beside the file."""
    row = ROW.replace("stac-api", "folder").replace("https://example.test/v1", "../mine")
    (tmp_path / "providers.toml").write_text(row, encoding="utf-8")
    found = read_providers(tmp_path / "providers.toml")["mine"]
    assert found.url == str(tmp_path.parent / "mine")
    assert (found.default, found.note) == (False, "")


@pytest.mark.parametrize(
    ("url", "stated", "local"),
    [
        ("https://example.test/v1", "", False),
        ("https://example.test/v1", "local = true\n", True),
        ("http://127.0.0.1:8080/v1", "", False),
        ("./catalog.json", "", True),
        ("./catalog.json", "local = false\n", False),
    ],
)
def test_row_is_local_where_it_says_so(tmp_path: Path, url: str, stated: str, local: bool) -> None:
    """A path of this machine is; an address is only where the row has the word."""
    row = ROW.replace("https://example.test/v1", url).replace("stac-api", "stac-static")
    (tmp_path / "providers.toml").write_text(row + stated, encoding="utf-8")
    assert read_providers(tmp_path / "providers.toml")["mine"].is_local is local


def test_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is an error with its path."""
    with pytest.raises(DataError, match=r"providers\.toml: found no such file; restore"):
        read_providers(tmp_path / "providers.toml")


@pytest.mark.parametrize("value", TOML_VALUES)
@pytest.mark.parametrize("name", re.findall(r"(?m)^(\w+) = ", ROW))
def test_providers_use_no_word_of_python(tmp_path: Path, name: str, value: str) -> None:
    """A value of a wrong kind in any key of a provider."""
    text = re.sub(rf"(?m)^{name} = .*$", f"{name} = {value}", ROW)
    (tmp_path / "providers.toml").write_text(text, encoding="utf-8")
    told = ""
    try:
        read_providers(tmp_path / "providers.toml")
    except DataError as error:
        told = str(error)
    assert not PYTHON_WORDS.search(told), told

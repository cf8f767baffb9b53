"""Real servers on loopback for a rehearsal: a STAC API on PostgreSQL and PostGIS, and nginx.

Everything lives in one temporary folder, listens on 127.0.0.1 alone, and is stopped and removed
at the end, whatever happens. nginx stands before both: it serves the files, with ranges, passes
searches on, and writes every request down.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skytally.press.subprocesses_and_local_ports import (
    LOOPBACK,
    START_SECONDS,
    bare_environment,
    free_port,
    last_lines,
    run_to_end,
    running_program,
    search_path,
    wait_for_answer,
)

PREFIX = "/v1"
"""Path of the STAC API, as at Earth Search."""
PRIVATE = ("sentinel-1-rtc", "landsat-c2-l2")
"""Collections whose files are given only for a token, as at Planetary Computer."""
TOKENS, EXPIRY = "/api/sas/v1/token/", "2199-01-01T00:00:00Z"
"""Where a token is had, as at Planetary Computer, and until when it is good."""
PYTHON_OF_SERVERS = Path(sys.prefix) / "rehearsal" / "bin"
"""Programs of the environment that ``make servers`` makes."""
DEBIAN = "nginx-light postgresql postgresql-postgis"
HOMEBREW = "nginx postgresql postgis"
NGINX = """\
{user}
daemon off;
pid {folder}/nginx.pid;
# its lines quote whole requests, so only what stops the server is written
error_log {folder}/nginx.error.log crit;
worker_processes 2;
events {{ worker_connections 256; }}
http {{
  map $arg_sig $signed {{ "" no; {word} yes; default wrong; }}
  # a path without its query: no signature is ever written down
  log_format requests escape=json '{{"method":"$request_method","path":"$uri",'
    '"signed":"$signed","status":$status,"range":"$http_range","sent":$body_bytes_sent,'
    '"agent":"$http_user_agent","body":"$request_body"}}';
  access_log {folder}/requests.jsonl requests;
  types {{ image/tiff tif tiff; application/json json ndjson; }}
  default_type application/octet-stream;
  client_body_temp_path {folder}/body;
  client_body_buffer_size 1m;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  keepalive_requests 100000;
  server {{
    listen {host}:{port};
    location / {{ root {root}; }}
    location ~ ^/({private})/ {{
      if ($signed != yes) {{ return 409; }}
      root {root};
    }}
    location {tokens} {{
      default_type application/json;
      return 200 '{{"msft:expiry":"{expiry}","token":"se={expiry}&sp=rl&sig={word}"}}';
    }}
    location = {prefix} {{ rewrite ^ {prefix}/ last; }}
    location {prefix}/ {{
      proxy_pass http://{host}:{backend};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Accept-Encoding "";
    }}
  }}
}}
"""


class ServersMissingError(RuntimeError):
    """A server that the rehearsal needs is not installed; the message says how to install it."""


@dataclass(frozen=True)
class Servers:
    """The servers of a rehearsal while they run."""

    files: str
    """Address under which the archive's files lie."""
    catalogue: str
    """Address of the STAC API's landing page."""
    log: Path
    """Every request that reached nginx, one JSON object a line, without any query."""
    word: str = field(repr=False)
    """The secret of every token, which must turn up nowhere else."""

    def requests(self) -> list[dict[str, Any]]:
        """Read the requests so far from the log of the file server."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


def _postgres_folder() -> Path | None:
    known = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parts[-2]))
    on_path = shutil.which("initdb")
    if on_path:
        known.append(Path(on_path).resolve().parent)
    return next((f for f in reversed(known) if (f / "initdb").exists()), None)


def _has_postgis(folder: Path) -> bool:
    tool = folder / "pg_config"
    if not tool.exists():
        return True
    answer = subprocess.run([tool, "--sharedir"], capture_output=True, text=True, check=True)
    return (Path(answer.stdout.strip()) / "extension" / "postgis.control").exists()


def missing_servers() -> str:
    """Message that says what is not installed and how to install it; empty when everything is."""
    absent = []
    if not shutil.which("nginx", path=search_path()):
        absent.append("nginx (the file server)")
    postgres = _postgres_folder()
    if postgres is None:
        absent.append("PostgreSQL (the catalogue's database)")
    elif not _has_postgis(postgres):
        absent.append(f"PostGIS for the PostgreSQL in {postgres}")
    told = []
    if absent:
        told.append(
            f"not installed: {', '.join(absent)}. On Debian or Ubuntu: "
            f"sudo apt-get install -y --no-install-recommends {DEBIAN}; "
            f"on macOS: brew install {HOMEBREW}"
        )
    if not all((PYTHON_OF_SERVERS / word).exists() for word in ("pypgstac", "uvicorn")):
        told.append(f"the STAC server is not in {PYTHON_OF_SERVERS.parent}: run `make servers`")
    return "; ".join(told)


def _account() -> dict[str, Any]:
    """Account that PostgreSQL runs under: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    message = "PostgreSQL does not run as root, and there is no account postgres or nobody; add one"
    raise ServersMissingError(message)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[dict[str, str]]:
    """Run a database of its own in a folder, and yield the environment that leads to it.

    Parameters
    ----------
    folder : Path
        An existing folder; the database lies in ``folder/postgres``.

    Yields
    ------
    dict
        Environment for clients: host, port, account, password and database.
    """
    programs = _postgres_folder()
    if programs is None:
        raise ServersMissingError(missing_servers())
    account, data, port = _account(), folder / "postgres", free_port()
    data.mkdir()
    word = secrets.token_urlsafe(16)
    (data / "word").write_text(word, encoding="utf-8")
    if account:
        for path in (data, data / "word"):
            os.chown(path, account["user"], account["group"])
    env = bare_environment(LC_ALL="C.UTF-8")
    log = data / "log"
    made = ["-D", data / "db", "-U", "rehearsal", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8"]
    run_to_end(
        [programs / "initdb", *made, f"--pwfile={data / 'word'}"], log, env=env, account=account
    )
    quick = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=40"]
    settings = [f"port={port}", f"listen_addresses={LOOPBACK}", f"unix_socket_directories={data}"]
    flags = [each for setting in [*quick, *settings] for each in ("-c", setting)]
    command = [programs / "postgres", "-D", data / "db", *flags]
    with running_program(command, log, env=env, stop=signal.SIGINT, account=account) as process:
        wait_for_answer(process, port, log)
        client = env | {
            "PGHOST": LOOPBACK,
            "PGPORT": str(port),
            "PGUSER": "rehearsal",
            "PGPASSWORD": word,
            "PGDATABASE": "postgres",
        }
        _awake(programs, log, client)
        yield client


def _awake(programs: Path, log: Path, env: Mapping[str, str]) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            run_to_end([programs / "psql", "-q", "-c", "CREATE EXTENSION postgis"], log, env=env)
        except RuntimeError:
            if time.monotonic() > end or "postgis.control" in last_lines(log):
                raise
            time.sleep(0.2)
        else:
            return


@contextlib.contextmanager
def stac_api(
    folder: Path, collections: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]]
) -> Iterator[int]:
    """Run a STAC API over some items, and yield its port.

    Parameters
    ----------
    folder : Path
        An existing folder.
    collections, items : sequence of dict
        What the catalogue holds, the items with absolute addresses.

    Yields
    ------
    int
        Port of the API, whose landing page is at `PREFIX`.
    """
    log, port = folder / "stac.log", free_port()
    for name, rows in (("collections", collections), ("items", items)):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.ndjson").write_text(lines, encoding="utf-8")
    with postgres(folder) as env:
        tool = PYTHON_OF_SERVERS / "pypgstac"
        run_to_end([tool, "migrate"], log, env=env)
        for name in ("collections", "items"):
            given = [name, folder / f"{name}.ndjson", "--method", "upsert"]
            run_to_end([tool, "load", *given], log, env=env)
        programs = _postgres_folder() or Path()
        # without it the API does not say how many items match, as Earth Search does
        count = "ALTER DATABASE postgres SET pgstac.context TO 'on'"
        run_to_end([programs / "psql", "-q", "-c", count], log, env=env)
        command = [PYTHON_OF_SERVERS / "uvicorn", "--factory", "--host", LOOPBACK]
        app = ["stac_fastapi.pgstac.app:create_app", "--port", str(port), "--no-access-log"]
        served = env | {
            "PREFIX_PATH": PREFIX,
            "STAC_FASTAPI_TITLE": "rehearsal",
            "STAC_FASTAPI_DESCRIPTION": "Generated scenes, not observations.",
            "STAC_FASTAPI_LANDING_ID": "rehearsal",
            "STAC_FASTAPI_VERSION": "0.1.0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with running_program([*command, *app], log, env=served) as process:
            wait_for_answer(process, port, log, url=f"http://{LOOPBACK}:{port}{PREFIX}/")
            yield port


@contextlib.contextmanager
def nginx(folder: Path, root: Path, *, port: int, backend: int, word: str) -> Iterator[None]:
    """Run nginx over a folder of files and before the STAC API.

    Parameters
    ----------
    folder : Path
        An existing folder for its configuration and logs.
    root : Path
        The files.
    port, backend : int
        Its own port and that of the STAC API.
    word : str
        Secret of the tokens that it gives and asks for.
    """
    program = shutil.which("nginx", path=search_path())
    if program is None:
        raise ServersMissingError(missing_servers())
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    words = {
        "user": user,
        "folder": folder,
        "root": root.resolve(),
        "host": LOOPBACK,
        "port": port,
        "backend": backend,
        "prefix": PREFIX,
        "private": "|".join(PRIVATE),
        "tokens": TOKENS,
        "expiry": EXPIRY,
        "word": word,
    }
    config.write_text(NGINX.format(**words), encoding="utf-8")
    (folder / "requests.jsonl").touch()
    log = folder / "nginx.log"
    command = [program, "-p", folder, "-c", config, "-e", folder / "nginx.error.log"]
    with running_program(command, log, env=bare_environment(), stop=signal.SIGQUIT) as process:
        wait_for_answer(process, port, log)
        yield


@contextlib.contextmanager
def running_servers(
    root: Path, collections: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]], *, port: int
) -> Iterator[Servers]:
    """Run every server of a rehearsal; stop and remove all of it at the end.

    Parameters
    ----------
    root : Path
        The archive's files.
    collections, items : sequence of dict
        The catalogue, its addresses already those of `port`.
    port : int
        Port of nginx; see `free_port`.

    Yields
    ------
    Servers
        Their addresses and the log of requests, which is gone with them.

    Raises
    ------
    ServersMissingError
        If something is not installed, with what to install and how.
    """
    absent = missing_servers()
    if absent:
        raise ServersMissingError(absent)
    folder = Path(tempfile.mkdtemp(prefix="skytally-rehearsal-"))
    word = secrets.token_hex(16)
    try:
        # the database's account must be able to pass through
        folder.chmod(0o711)
        with (
            stac_api(folder, collections, items) as backend,
            nginx(folder, root, port=port, backend=backend, word=word),
        ):
            address = f"http://{LOOPBACK}:{port}"
            yield Servers(f"{address}/", f"{address}{PREFIX}", folder / "requests.jsonl", word)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""A time-stamp authority on loopback: OpenSSL answers RFC 3161 queries over HTTP."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[stamper]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class TimeAuthority:
    """A running authority."""

    address: str
    """Where it is asked."""
    certificate: Path
    """What its answers are checked against."""


def _openssl(folder: Path, *words: str) -> bytes:
    run = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout


def _certificates(folder: Path) -> None:
    """Make a root of trust and, signed by it, the certificate of the authority."""
    for name, section in (("root", "authority"), ("stamper", "stamper")):
        text = CONFIGURATION.format(name=f"made up for the tests, {name}", folder=folder)
        (folder / f"{name}.cnf").write_text(text)
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        words = ["req", *key, "-keyout", f"{name}.key", "-config", f"{name}.cnf"]
        if name == "root":
            words += ["-x509", "-days", "3650", "-extensions", section, "-out", "root.pem"]
            _openssl(folder, *words)
            continue
        _openssl(folder, *words, "-out", "stamper.csr")
        _openssl(
            folder, "x509", "-req", "-in", "stamper.csr", "-CA", "root.pem", "-CAkey", "root.key",
            "-CAcreateserial", "-days", "3650", "-extfile", "stamper.cnf", "-extensions", section,
            "-out", "stamper.pem",
        )  # fmt: skip


@contextmanager
def time_authority() -> Iterator[TimeAuthority]:
    """Run an authority until the block ends."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _certificates(folder)
        (folder / "serial").write_text("01\n")

        class Answer(BaseHTTPRequestHandler):
            """Answers one query."""

            def do_POST(self) -> None:
                (folder / "query.tsq").write_bytes(
                    self.rfile.read(int(self.headers["Content-Length"]))
                )
                _openssl(
                    folder, "ts", "-reply", "-config", "stamper.cnf", "-queryfile", "query.tsq",
                    "-signer", "stamper.pem", "-inkey", "stamper.key", "-out", "reply.tsr",
                )  # fmt: skip
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write((folder / "reply.tsr").read_bytes())

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield TimeAuthority(f"http://127.0.0.1:{server.server_port}", folder / "root.pem")
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

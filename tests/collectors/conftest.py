"""Servers that the tests of collectors share."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import history
from tests.servers import Access, blocks, postgres, prometheus, required

PASSWORD = "open sesame"  # noqa: S105 - of a server that lives as long as a test
HASH = "$2b$04$fYyj.ECt1lynr8mi39r5N.40PRgVCWuST6IB9nxtfB9CzjezGNvnW"
"""That password as Prometheus wants it: bcrypt."""


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """31 days of made-up samples."""
    return blocks(history.text(), tmp_path_factory.mktemp("prometheus"))


@pytest.fixture(scope="session")
def prom(past: Path) -> Iterator[int]:
    """The port of a Prometheus that knows them."""
    with prometheus(past) as port:
        yield port


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a CA, and what it signed for a server and for a client."""
    openssl, folder = required("openssl", "openssl"), tmp_path_factory.mktemp("tls")
    names = "subjectAltName=IP:127.0.0.1"

    def run(*words: str) -> None:
        subprocess.run([openssl, *words], cwd=folder, check=True, capture_output=True)

    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650"]
    usage = ["-addext", "keyUsage=critical,keyCertSign"]  # Python 3.13 and newer ask for it
    run(*new, *usage, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
    for who in ("server", "client"):
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-addext", names, "-addext", "basicConstraints=CA:FALSE"]
        run(*new, *signed, "-subj", f"/CN={who}", "-keyout", f"{who}.key", "-out", f"{who}.pem")
    return folder


@pytest.fixture(scope="session")
def access(certificates: Path) -> Access:
    """What the guarded Prometheus wants of its clients."""
    context = ssl.create_default_context(cafile=certificates / "ca.pem")
    context.load_cert_chain(certificates / "client.pem", certificates / "client.key")
    return Access(context, f"gate:{PASSWORD}")


@pytest.fixture(scope="session")
def guarded(past: Path, certificates: Path, access: Access, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Prometheus that asks for a certificate and a password."""
    folder = tmp_path_factory.mktemp("guarded")
    web = folder / "web.yml"
    web.write_text(
        f"tls_server_config:\n  cert_file: {certificates}/server.pem\n  key_file: {certificates}/server.key\n"
        f"  client_ca_file: {certificates}/ca.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
        f"basic_auth_users:\n  gate: {HASH}\n",
        encoding="utf-8",
    )
    data = folder / "data"
    data.mkdir()
    for block in past.glob("0*"):
        shutil.copytree(block, data / block.name)
    with prometheus(data, f"--web.config.file={web}", access=access) as port:
        yield port


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The URL of a PostgreSQL."""
    with postgres() as url:
        yield url

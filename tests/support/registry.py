"""A real registry on this machine, and images for it."""

from __future__ import annotations

import hashlib
import http.client
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.skips import without

USER, PASSWORD = "puller", "correct-horse"
# Of the password above, made by `htpasswd -nbB -C 4`: the registry takes bcrypt only.
_HTPASSWD = "puller:$2b$04$D7woRxbolUGxVdN/l1WJde1FCEuZql9Xx/D1fDB6JG/UuiTPm4A7G\n"


class RegistryServer:
    """Debian's `docker-registry`, at `host`, with images that `skopeo` pushes."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.host = f"127.0.0.1:{port}"

    def push(self, name: str, content: str) -> str:
        """Push an image with some content under `repository:tag`, and return its digest."""
        layout = self.folder / "images" / hashlib.sha256(content.encode()).hexdigest()[:16]
        digest = _image(layout, content)
        subprocess.run(
            (
                *("skopeo", "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"),
                *("--dest-creds", f"{USER}:{PASSWORD}", f"oci:{layout}", f"docker://{self.host}/{name}"),
            ),
            check=True,
            capture_output=True,
        )
        return digest


@contextmanager
def registry(folder: Path, *, locked: bool = False) -> Iterator[RegistryServer]:
    """Run a registry; `locked` asks for user and password. Skips the test where the programs are not there."""
    programs = [shutil.which(name, path="/usr/bin:/usr/local/bin:/bin") for name in ("docker-registry", "skopeo")]
    if None in programs:
        without("docker-registry and skopeo (Debian has both)")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    (folder / "htpasswd").write_text(_HTPASSWD)
    auth = {"auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}}} if locked else {}
    config = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "storage")}},
        "http": {"addr": f"127.0.0.1:{port}"},
        **auth,
    }
    (folder / "config.yml").write_text(json.dumps(config))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen((str(programs[0]), "serve", str(folder / "config.yml")), stdout=log, stderr=log)
    try:
        _await(port, process)
        yield RegistryServer(folder, port)
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise AssertionError("the registry did not start")
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
                connection.request("GET", "/v2/")
                connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the registry does not answer")


def _image(layout: Path, content: str) -> str:
    """Write an OCI layout with one image and return its digest."""
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)

    def blob(data: bytes) -> tuple[str, int]:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return f"sha256:{digest}", len(data)

    config, size = blob(json.dumps({"architecture": "amd64", "os": "linux", "author": content}).encode())
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": size},
        "layers": [],
    }
    digest, size = blob(json.dumps(manifest).encode())
    index = {"mediaType": manifest["mediaType"], "digest": digest, "size": size}
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return digest

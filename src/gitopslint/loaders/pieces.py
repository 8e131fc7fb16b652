"""Reads JSON reports back, for `gitopslint merge`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gitopslint.model.packing import PackingError, unpacked
from gitopslint.model.part import Piece


class PieceFileError(Exception):
    """A file is no report that could be joined with others; the message says why and what to do."""


def read_piece(file: str) -> Piece:
    """Return what a JSON report knows. Raises PieceFileError."""
    try:
        data: Any = json.loads(Path(file).read_bytes())
    except OSError as error:
        raise PieceFileError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise PieceFileError(f"{file} is no JSON: give reports that `check --output-format json` wrote") from None
    tool = data.get("tool") if isinstance(data, dict) else None
    if not isinstance(tool, dict) or tool.get("name") != "gitopslint":
        raise PieceFileError(f"{file} is no report of gitopslint: write it with `check --output-format json`")
    if data.get("part") is None:
        raise PieceFileError(f"{file} cannot be joined: it is joined from several repositories, or of an older version")
    try:
        piece: Piece = unpacked(Piece, data["part"])
    except (PackingError, RecursionError):
        version = tool.get("version")
        raise PieceFileError(
            f"{file} is broken, or of another version ({version!r}): write it anew with this gitopslint"
        ) from None
    return piece

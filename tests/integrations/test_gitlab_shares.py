"""The pipeline of docs/scaling.md that divides a check among jobs, run by gitlab-ci-local."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

from gitopslint.cli.formats import FORMATS
from tests.support.fleet import POLICY, fleet
from tests.support.gitlab import run_pipeline
from tests.support.project import ROOT

_BLOCKS = re.compile(r"```yaml\n# \.gitlab-ci\.yml\n(.*?)```", re.DOTALL)


def test_jobs_that_share_a_check(tmp_path: Path) -> None:
    """Two parallel jobs and the one that joins them say, byte for byte, what one check says, and end as it does."""
    repo = fleet(tmp_path / "repo", POLICY)
    page = (ROOT / "docs/scaling.md").read_text("utf-8")
    (pipeline,) = (found for block in _BLOCKS.findall(page) if "check" in (found := yaml.safe_load(block)))
    pipeline["check"]["parallel"] = 2
    reports = [f"--report {name}=whole.{name}" for name in FORMATS]
    pipeline["merge"]["script"] = [f"{pipeline['merge']['script'][0]} {' '.join(reports)}"]
    pipeline["merge"]["artifacts"]["paths"] = ["whole.*"]
    repo.commit(
        "CI", {".gitlab-ci.yml": yaml.safe_dump(pipeline), ".gitignore": ".gitlab-ci-local/\nwhole.*\npart-*\n"}
    )
    repo.git("remote", "add", "origin", "https://gitlab.example.com/group/shop.git")
    whole = subprocess.run(
        [sys.executable, "-m", "gitopslint", "check", *" ".join(reports).split()],
        cwd=repo.path,
        capture_output=True,
        check=False,
    )
    expected = {name: (repo.path / f"whole.{name}").read_bytes() for name in FORMATS}
    for name in FORMATS:
        (repo.path / f"whole.{name}").unlink()
    done = run_pipeline(repo)
    assert (whole.returncode, done.code) == (1, 1), done.said
    joined = {name: (done.artifacts / "merge" / f"whole.{name}").read_bytes() for name in FORMATS}
    assert joined == expected
    parts = {path.name: json.loads(path.read_bytes()) for path in done.artifacts.glob("check*/part-*.json")}
    assert {name: part["share"] for name, part in parts.items()} == {"part-1.json": "1/2", "part-2.json": "2/2"}

"""Layers: where a template in one is shown, and which repetitions are taken out without asking."""

from __future__ import annotations

import pytest

from tests.support.runs import CLEAN, check_files, places

DEV = "deploy/env/dev/shop.yaml"


def test_a_template_that_escapes_hide() -> None:
    """It is shown at its value, and not at the same words in a comment on the next line."""
    layer = 'env:\n  URL: "\\x7b{ .Values.host }}"\n# {{ .Values.host }}\n'
    assert places(check_files(CLEAN | {DEV: layer}, ["templated-value"])) == [f"{DEV}:2:8 templated-value"]


@pytest.mark.parametrize(("place", "safe"), [("{app}", False), ("{env}/{app}", True)], ids=["shared", "its own"])
def test_a_value_that_two_layers_set_alike(place: str, safe: bool) -> None:
    """It is taken out of a layer of one environment without asking; one for all of them may be needed elsewhere."""
    one, two = (f"deploy/{folder}/{place}.yaml" for folder in ("one", "two"))
    contract = f"environments: [dev]\nlayers: [{{role: env, path: '{one}'}}, {{role: env, path: '{two}'}}]\n"
    written = {path.format(app="shop", env="dev"): f"a: 1\n{key}: 1\n" for path, key in ((one, "b"), (two, "c"))}
    if not safe:
        contract = contract.replace("layers: [", "layers: [{role: env, path: 'deploy/env/{env}/{app}.yaml'}, ")
        written[DEV] = "d: 1\n"
    report = check_files({".gitopslint.yaml": contract, **written}, ["overlapping-layers"])
    assert report.faults == ()
    (finding,) = report.findings
    assert finding.fix is not None
    assert finding.fix.safe is safe

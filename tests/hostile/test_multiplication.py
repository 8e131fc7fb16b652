"""Small files that stand for very much: what multiplies, doubles, backtracks or goes in a circle."""

from __future__ import annotations

import pytest

from tests.support.attempts import (
    APPLICATION,
    CONTRACT,
    ENV,
    RELEASE,
    Attempt,
    Files,
    Scene,
    application,
    application_set,
    in_image,
)

_OWN_SCHEMA = CONTRACT + (
    'layers:\n- {role: release, path: "deploy/env/release-{env}/{app}.yaml"}\n'
    '- {role: env, path: "deploy/env/{env}/{app}.yaml", json_schema: s.json}\n'
)


def _doubling() -> str:
    steps = ",".join(
        f'"d{n}":{{"allOf":[{{"$ref":"#/$defs/d{n + 1}"}},{{"$ref":"#/$defs/d{n + 1}"}}]}}' for n in range(40)
    )
    return f'{{"$defs":{{{steps},"d40":{{"type":"object"}}}},"$ref":"#/$defs/d0"}}'


def _charts() -> Files:
    wants = "dependencies:\n" + "".join(
        f'- {{name: c{n}, version: 1.0.0, repository: "file://../c{n}"}}\n' for n in range(10)
    )
    about = "apiVersion: v2\nversion: 1.0.0\nname: "
    return {"deploy/charts/web-app/Chart.yaml": f"{about}web-app\n{wants}"} | {
        f"deploy/charts/c{n}/Chart.yaml": f"{about}c{n}\n{wants}" for n in range(10)
    }


def _listed(count: int, element: str = "{a: x}") -> str:
    return "[{list: {elements: [" + ",".join([element] * count) + "]}}]"


ATTEMPTS = {
    "a template that is filled in until memory ends": Attempt(
        lambda: {
            APPLICATION: application_set(
                _listed(1, '{a: "' + "x" * 1_000_000 + '"}'), '{source: {helm: {values: "' + "{{a}}" * 100_000 + '"}}}'
            )
        },
        0,
        "it makes more than 5,000,000 characters",
    ),
    "the same with a Go template": Attempt(
        lambda: {
            APPLICATION: application_set(
                _listed(1, '{a: "' + "x" * 1_000_000 + '"}'),
                '{source: {helm: {values: "' + "{{.a}}" * 100_000 + '"}}}',
                go=True,
            )
        },
        0,
        "it makes more than 5,000,000 characters",
    ),
    "a Go template that computes and makes nothing": Attempt(
        lambda: {
            APPLICATION: application_set(
                _listed(900), '{source: {helm: {values: "' + "{{ if .z }}{{ end }}" * 20_000 + '"}}}', go=True
            )
        },
        0,
        "it makes more than 5,000,000 characters",
    ),
    "a selector that takes nothing": Attempt(
        lambda: {
            APPLICATION: application_set(
                "[{matrix: {generators: ["
                + ", ".join(_listed(700, f"{{{name}: x}}")[1:-1] for name in "ab")
                + "]}, selector: {matchLabels: {z: z}}}]",
                "{}",
            )
        },
        0,
        "its generators run more than 10,000 times",
    ),
    "a large template for each of a thousand elements": Attempt(
        lambda: {
            APPLICATION: application_set(
                _listed(1000), "{source: {helm: {valuesObject: {k: [" + ",".join(["1"] * 50_000) + "]}}}}"
            )
        },
        0,
        "it makes more than 500,000 values",
    ),
    "a matrix of generators that find nothing": Attempt(
        lambda: {
            APPLICATION: application_set(
                "[{matrix: {generators: [" + _listed(20_000)[1:-1] + ", {git: {directories: [{path: nowhere/*}]}}]}}]",
                "{}",
            )
        },
        0,
        "its generators run more than 10,000 times",
    ),
    "charts that bring in each other": Attempt(_charts, 0, "its values and its schema are not known"),
    "forty thousand parameters": Attempt(
        lambda: {
            APPLICATION: application(
                "[]", ", parameters: [" + ",".join(f"{{name: a.b{n}, value: x}}" for n in range(40_000)) + "]"
            )
        },
        0,
        "it has more than 2,000 parameters",
    ),
    "a list that is set at its last possible index": Attempt(
        lambda: {APPLICATION: application("[]", ', parameters: [{name: "a[99999999]", value: x}]')},
        1,
        "an index is larger than 65536",
    ),
    "a values file that is listed a hundred thousand times": Attempt(
        lambda: {
            APPLICATION: application(
                "[" + ",".join(["../../env/release-dev/shop.yaml", *["../../env/dev/shop.yaml"] * 100_000]) + "]"
            )
        },
        0,
        "warning",
    ),
    "a glob of fifty thousand stars": Attempt(
        lambda: {APPLICATION: application('["../../' + "*a" * 50_000 + '.yaml"]')}, 0, "characters is too long"
    ),
    "braces that stand for more patterns than atoms": Attempt(
        lambda: {APPLICATION: application('["../../' + "{a,b}" * 150 + '.yaml"]')},
        0,
        "stands for more than 200 patterns",
    ),
    "a tag pattern that divides a tag in every way": Attempt(
        lambda: {RELEASE: in_image("a" * 128)},
        2,
        "holds 11 words, and 5 are the most",
        CONTRACT + f'tag_patterns: ["{"<any>" * 10}-<sha>"]\n',
    ),
    "an exclude pattern that backtracks in a name": Attempt(
        lambda: {"a" * 200: "x"}, 2, "has more than 3 stars in one name", CONTRACT + f'exclude: ["{"*a" * 10}*b"]\n'
    ),
    "an exclude pattern that backtracks over folders": Attempt(
        lambda: {"a/" * 100 + "f": "x"}, 2, "has '**' more than 2 times", CONTRACT + f'exclude: ["{"**/a/" * 9}**/b"]\n'
    ),
    "a JSON Schema whose references double": Attempt(
        lambda: {"s.json": _doubling()}, 0, "asks for more than 200,000 steps", _OWN_SCHEMA
    ),
    "a chart's schema whose references double": Attempt(
        lambda: {
            "deploy/charts/web-app/Chart.yaml": "apiVersion: v2\nname: web-app\nversion: 1.0.0\n",
            "deploy/charts/web-app/values.schema.json": _doubling(),
        },
        0,
        "asks for more than 200,000 steps",
    ),
    "a JSON Schema that refers to itself": Attempt(
        lambda: {"s.json": '{"$ref":"#"}'}, 0, "refers to itself without end", _OWN_SCHEMA
    ),
    "a JSON Schema nested five thousand deep": Attempt(
        lambda: {"s.json": '{"allOf":[' * 5000 + "{}" + "]}" * 5000}, 2, "is nested too deeply", _OWN_SCHEMA
    ),
    "a pattern of a JSON Schema that backtracks": Attempt(
        lambda: {
            "s.json": '{"properties":{"env":{"properties":{"A":{"pattern":"^(a+)+$"}}}}}',
            ENV: "env: {A: " + "a" * 1500 + "!}\n",
        },
        1,
        "error[schema-violation]",
        _OWN_SCHEMA,
    ),
    "items to be compared with each other": Attempt(
        lambda: {
            "s.json": '{"properties":{"env":{"additionalProperties":{"uniqueItems":true}}}}',
            ENV: "env: {A: [" + ",".join(f"{{a: {n}}}" for n in range(20_000)) + "]}\n",
        },
        0,
        "no findings",
        _OWN_SCHEMA,
    ),
    "a pattern of a policy on a long text": Attempt(
        lambda: {ENV: 'env: {A: "' + "a" * 1_000_000 + '!"}\n'},
        0,
        "too long to be matched with a pattern",
        CONTRACT
        + 'policies:\n- name: own-rule\n  level: error\n  summary: x\n  require: {path: env.A, matches: "(a+)+b"}\n',
    ),
    "a creation rule of SOPS that counts to a hundred million": Attempt(
        lambda: {".sops.yaml": "creation_rules:\n- path_regex: ((((a{100}){100}){100}){100})\n"}, 0, "it is too large"
    ),
    "a creation rule of SOPS that backtracks": Attempt(
        lambda: {".sops.yaml": "creation_rules:\n- path_regex: (a+)+(a+)+(a+)+$\n", "a" * 250: "x"}, 0, "no findings"
    ),
    "ten thousand findings in one file": Attempt(
        lambda: {ENV: "env:\n" + "".join(f'  A{n}: "{{{{ x }}}}"\n' for n in range(10_000))}, 0, "10000 warnings"
    ),
    "ten thousand waivers": Attempt(
        lambda: {
            ENV: "env:\n"
            + "".join(f'  A{n}: "{{{{ x }}}}"  # gitopslint: ignore[templated-value] r\n' for n in range(10_000))
        },
        0,
        "10000 waived",
    ),
    "ten thousand secrets on one line": Attempt(
        lambda: {ENV: "env: {" + ",".join(f'DB_PASSWORD_{n}: "hunter{n}x"' for n in range(10_000)) + "}\n"},
        1,
        "10000 errors",
    ),
    "words that secrets start with, a hundred thousand times": Attempt(
        lambda: {"x.txt": "password=" * 100_000 + "\n" + "://a:" * 100_000 + "\n" + "eyJ" * 100_000}, 0, "no findings"
    ),
    "an environment list of twenty thousand": Attempt(
        dict,
        0,
        "no findings",
        CONTRACT + "environments: [dev, prod, " + ",".join(f"e{n}" for n in range(20_000)) + "]\n",
    ),
}


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
def test_multiplication(attempt: Attempt, scene: Scene) -> None:
    """Work and memory are counted: what would be too much is undecided or refused with its reason, and the rest goes on."""
    scene.write({".gitopslint.yaml": attempt.contract, **attempt.files()})
    code, out, err = scene.run("check")
    assert attempt.says in out + err
    assert code == attempt.code

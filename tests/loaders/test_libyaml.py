"""PyYAML's parser in C is used without the rest of PyYAML, and nobody else notices."""

from __future__ import annotations

import subprocess
import sys

import pytest

# What another part of the program does with PyYAML must go as if nobody had kept anything of it away.
WHOLE = """
import yaml
assert yaml.load("[1, 2020-01-01]", yaml.CSafeLoader) == yaml.safe_load("[1, 2020-01-01]")
assert yaml.dump([1], Dumper=yaml.CSafeDumper) == yaml.safe_dump([1])
assert type(yaml).__name__ == "module" and yaml.__with_libyaml__
assert isinstance(next(yaml.parse("a", Loader=yaml.CSafeLoader)), yaml.events.StreamStartEvent)
assert isinstance(yaml.compose("a", Loader=yaml.CSafeLoader), yaml.nodes.ScalarNode)
ERRORS = {"[": yaml.parser.ParserError, "'": yaml.scanner.ScannerError, chr(1): yaml.reader.ReaderError}
for text, error in {**ERRORS, "*a": yaml.composer.ComposerError}.items():
    try:
        yaml.load(text, yaml.CSafeLoader)
    except error as raised:
        assert str(raised)
    else:
        raise AssertionError(text)
"""
OURS = """
from gitopslint.loaders import yaml as ours
assert ours.parse("f", b"a: 1").problem is None
assert "flow" in ours.parse("f", b"[").problem.message
assert "U+0001" in ours.parse("f", b"\\x01").problem.message
assert ours.parse("f", b"\\x01").problem.span.column == 1
"""
ALONE = "import sys\nassert not {'yaml.reader', 'yaml.loader', 'yaml.cyaml'} & set(sys.modules)\n"
LATER = {
    "nothing else": OURS + ALONE,
    "all of it later": OURS + ALONE + WHOLE + OURS,
    "all of it before": WHOLE + OURS + WHOLE,
    "one name later": OURS + "from yaml import safe_load\nassert safe_load('1') == 1\n" + WHOLE + OURS,
    "every name later": OURS + "from yaml import *\nassert safe_load('1') == 1\n" + WHOLE,
    "a module later": OURS + "import yaml.scanner\nassert yaml.scanner.ScannerError\n" + WHOLE + OURS,
    "a module from it later": OURS + "from yaml import resolver\nassert resolver.Resolver\n" + WHOLE,
    "a name that it has not": OURS + "import yaml\nassert not hasattr(yaml, 'nothing')\n" + WHOLE,
    "many threads at once": f"""{OURS}
import threading, yaml
found = []
threads = [threading.Thread(target=lambda: found.append(yaml.safe_load("1"))) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert found == [1] * 8
{WHOLE}""",
    "a part in C that asks for more": f"""
from gitopslint.loaders import libyaml
del libyaml._ERRORS["representer"]
{OURS}
import sys
assert "yaml.cyaml" in sys.modules
{WHOLE}""",
    "without the part in C": f"""
import sys
class Without:
    def find_spec(self, name, path, target=None):
        if name == "yaml._yaml":
            raise ImportError(name)
sys.meta_path.insert(0, Without())
{OURS}
import yaml
assert not yaml.__with_libyaml__ and type(yaml).__name__ == "module"
assert yaml.safe_load("[1]") == [1] and yaml.error.YAMLError and yaml.events.Event
""",
    "without PyYAML": """
import sys
class Without:
    def find_spec(self, name, path, target=None):
        if name == "yaml":
            raise ImportError(name)
sys.meta_path.insert(0, Without())
try:
    from gitopslint.loaders import yaml
except ImportError as error:
    assert str(error) == "yaml"
else:
    raise AssertionError
""",
}


@pytest.mark.parametrize("code", LATER.values(), ids=LATER)
def test_pyyaml_is_whole_for_everybody_else(code: str) -> None:
    """Whoever uses PyYAML before, after or beside us has all of it, with the same classes and the same errors."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")

"""A real Chromium without a window, driven as the WebDriver standard says. Debian: chromium, chromium-driver."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.skips import without

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # by this key the standard tells an element from other values


class Browser:
    """One window."""

    def __init__(self, session: str) -> None:
        self._session = session

    def open(self, page: Path) -> None:
        """Show a file, after a blank page: a link to a part of the same page would load nothing."""
        self._ask("POST", "url", {"url": "about:blank"})
        self.console()
        self._ask("POST", "url", {"url": page.as_uri()})

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and return what it returns."""
        return self._ask("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script: str) -> Any:
        """Run a script that hands its result to its last argument."""
        return self._ask("POST", "execute/async", {"script": script, "args": []})

    def find(self, selector: str) -> str:
        """Return the first element that a selector means."""
        found: dict[str, str] = self._ask("POST", "element", {"using": "css selector", "value": selector})
        return found[_ELEMENT]

    def click(self, selector: str) -> None:
        """Click on an element."""
        self._ask("POST", f"element/{self.find(selector)}/click", {})

    def type(self, selector: str, text: str) -> None:
        """Type into an element."""
        self._ask("POST", f"element/{self.find(selector)}/value", {"text": text})

    def press(self, *keys: str) -> None:
        """Press keys one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._ask("POST", "actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def resize(self, width: int, height: int) -> None:
        """Give the window a size."""
        self._ask("POST", "window/rect", {"width": width, "height": height})

    def emulate(self, media: str = "", **features: str) -> None:
        """Set what the page may ask of its reader's system: `media="print"`, `prefers_color_scheme="dark"`."""
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self._devtools("Emulation.setEmulatedMedia", {"media": media, "features": wanted})

    def without_script(self, value: bool) -> None:
        """Take the script away from pages, or give it back."""
        self._devtools("Emulation.setScriptExecutionDisabled", {"value": value})

    def console(self) -> list[str]:
        """Return what the console has said since this was asked last, violations of the page's policy included."""
        return [entry["message"] for entry in self._ask("POST", "se/log", {"type": "browser"})]

    def _devtools(self, command: str, parameters: dict[str, Any]) -> None:
        self._ask("POST", "goog/cdp/execute", {"cmd": command, "params": parameters})

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return _ask(method, f"{self._session}/{path}", body)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium and end it again. Skips the test where it is not installed."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if driver is None or chromium is None:
        without("Chromium (Debian: chromium and chromium-driver)")
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home}
        process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "started successfully on port" in line)
            address = f"http://127.0.0.1:{line.split()[-1].rstrip('.')}/session"
            options = {"binary": chromium, "args": [*_FLAGS, f"--user-data-dir={home}/profile"]}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = _ask("POST", address, {"capabilities": {"alwaysMatch": wanted}})["sessionId"]
            try:
                yield Browser(f"{address}/{session}")
            finally:
                _ask("DELETE", f"{address}/{session}")
        finally:
            process.terminate()
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()


def _ask(method: str, address: str, body: dict[str, Any] | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        with error:
            raise AssertionError(f"{method} {address.rpartition('/')[2]}: {json.load(error)['value']}") from None

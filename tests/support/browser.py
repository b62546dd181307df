"""A browser, for what only people see: Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

from support.paths import ROOT

REQUIRED: Final = os.environ.get("TESTS_NEED_BROWSER") == "true"
"""Whether a browser must be here, as `.ci/run` says."""
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_SITE: Final = ROOT / "tests" / "e2e" / "site"
# Chromium refuses its sandbox to root, who runs the tests in a container.
_AS_ROOT: Final = ["--no-sandbox"] if os.geteuid() == 0 else []


@contextmanager
def browser() -> Iterator[Browser]:
    """Run a browser; skip the test where there is none, fail where one is required."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        _absent("Chromium is not installed: `apt-get install chromium`")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=_AS_ROOT)
        try:
            yield running
        finally:
            running.close()


def axe() -> str:
    """Return the script of axe-core, which finds what keeps people out of a page."""
    script = _SITE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        _absent(f"axe-core is missing: npm ci --prefix {_SITE.relative_to(ROOT)}")
    return script.read_text(encoding="utf-8")


def _absent(reason: str) -> None:
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)

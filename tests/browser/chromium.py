"""Finds Chromium for the browser tests; run as a script, it also gets one where there is none.

Debian's package when root on a machine with apt, otherwise Playwright's own download, otherwise a message.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Chromium's sandbox does not run as root; the rest keeps it from calling home.
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
HELP = """No Chromium for the browser tests, and neither way to get one worked.
Install Chromium or Chrome so that one of these is on the PATH: {names};
or run `{python} -m playwright install chromium` on a machine that may download it."""


def find() -> str | None:
    """The path of a browser that is already here: one on the PATH, else the one that Playwright downloaded."""
    return next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()


def get() -> str | None:
    """The path of a browser, which is installed first where there is none."""
    return find() or (_from_debian() and find()) or (_from_playwright() and find()) or None


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def _from_debian() -> bool:
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"])
    return all(subprocess.run(command, env=env, check=False).returncode == 0 for command in commands)


def _from_playwright() -> bool:
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0


if __name__ == "__main__":
    found = get()
    if not found:
        sys.exit(HELP.format(names=", ".join(NAMES), python=sys.executable))
    print(f"browser tests use {found}")

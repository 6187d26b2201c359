"""A page as Chromium shows it, where there is one."""

import json
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
)
# what the frame asks for, so that a log that lacks it is no proof
_CONTROL = "http://control.invalid/picture.png"
_LOOK = """
const all = [...page.querySelectorAll('*')];
const handles = e => [...e.attributes].some(a => a.name.startsWith('on'));
told = {
  width: page.documentElement.scrollWidth,
  durations: [...page.querySelectorAll('audio')].map(e => e.duration),
  handlers: all.filter(handles).length,
  scripts: page.scripts.length,
  title: page.title,
  height: page.documentElement.scrollHeight,
};
"""
_RUN = """
(() => {
  const frame = document.getElementById('page').contentWindow;
  const page = frame.document;
  let told = null;
  %s
  document.body.dataset.told = JSON.stringify(told);
})()
"""


def look(page: Path, place: Path, act: str = "") -> dict[str, Any]:
    """What a phone of 380 px makes of a page, in a frame of another one; and the addresses that
    it asks for.

    Args:
        act: JavaScript that does something to the document `page`, and writes into `told`.
    """
    return run_in_page(page, _LOOK + act, place)


def run_in_page(page: Path, script: str, place: Path) -> dict[str, Any]:
    """What a script tells of a page that a phone of 380 px shows in a frame of another one; and
    the addresses that it asks for.

    The script has the document `page`, its window `frame`, and leaves an object as `told`.
    """
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        pytest.skip("there is no Chromium")
    frame, log = place / "frame.html", place / "net.json"
    inner = escape(page.read_text(encoding="utf-8"))
    style = "border: 0; width: 380px; height: 800px"
    frame.write_text(
        f'<!doctype html><body><iframe id="page" style="{style}" '
        f'srcdoc="{inner}" onload="{escape(_RUN % script)}"></iframe><img src="{_CONTROL}" alt="">',
        encoding="utf-8",
    )
    words = (
        f"--user-data-dir={place}/profile",
        f"--log-net-log={log}",
        "--virtual-time-budget=5000",
        "--dump-dom",
        frame.as_uri(),
    )
    done = subprocess.run(
        [browser, *_FLAGS, *words], capture_output=True, text=True, timeout=120
    )
    told = re.search(r'data-told="([^"]*)"', done.stdout)
    assert told, done.stderr
    asked = {
        url
        for url in re.findall(r'"url":"(https?:[^"]+)"', log.read_text())
        if "google" not in url
    }  # its own home
    assert _CONTROL in asked
    return {**json.loads(unescape(told.group(1))), "asked": asked - {_CONTROL}}

"""What somebody feels in the browser: the real Chromium on the server at size.

Lighthouse needs node and npm; it is fetched into `.bench` for the first of its figures.
"""

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.bench.benchmark import Measured, at_least, at_most
from tests.bench.desk import p95
from tests.bench.desk_database import KEPT
from tests.bench.desk_stage import stage
from tests.bench.desk_traffic import post_evenly
from tests.e2e.carried import CARRIED
from tests.e2e.chromium import chromium_path, whole_browser
from tests.e2e.listening import live

_LIGHTHOUSE = "lighthouse@12.8.2"
_LOOKS = 3
_BUBBLES, _POSTS = 30, 60
_STEP_MS, _LATE_MS, _TOLD_MS = 200, 2_000, 120_000
_WIDE: ViewportSize = {"width": 1400, "height": 900}

# Keeps how long it takes from the next key to the frame that shows the bubble, in ms.
_WATCH_ENTER = """() => {
  delete window.enterMs;
  document.getElementById("text").addEventListener("keydown", () => {
    const began = performance.now();
    new MutationObserver((_, watch) => {
      watch.disconnect();
      requestAnimationFrame(() => {
        const drawn = new MessageChannel();
        drawn.port1.onmessage = () => { window.enterMs = performance.now() - began; };
        drawn.port2.postMessage(null);
      });
    }).observe(document.getElementById("pending"), { childList: true });
  }, { once: true, capture: true });
}"""
_SUM_SHIFTS = """() => {
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) window.shift += each.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""


@at_most(30, "ms p95 from Enter to the bubble's frame, in the longest conversation")
def enter_to_bubble_p95() -> Measured:
    with _longest_thread() as page:
        return Measured(value=p95([_enter(page, place) for place in range(_BUBBLES)]))


def _enter(page: Page, place: int) -> float:
    page.fill("#text", f"Tot morgen {place}")
    page.evaluate(_WATCH_ENTER)
    page.press("#text", "Enter")
    page.wait_for_function("window.enterMs !== undefined")
    page.locator("#pending li").first.wait_for(state="detached")
    return float(page.evaluate("window.enterMs"))


@at_most(0.02, "of layout shift, the inbox with a conversation open while messages come and go")
def layout_shift() -> Measured:
    with _longest_thread() as page, ThreadPoolExecutor(1) as other:
        # That no phone is plugged in is said a minute after the start, once.
        page.locator("#incidents").wait_for(timeout=_TOLD_MS)
        page.reload()
        live(page)
        page.evaluate(_SUM_SHIFTS)
        posting = other.submit(post_evenly, stage(), _POSTS)
        while not posting.done():
            page.wait_for_timeout(_STEP_MS)
        posting.result()
        page.wait_for_timeout(_LATE_MS)
        return Measured(value=float(page.evaluate("window.shift")))


@at_most(120, "kB for the first visit of the inbox, compressed")
def first_visit_kb() -> Measured:
    return Measured(value=_visits()[0])


@at_most(15, "kB for the next visit of the inbox, compressed")
def next_visit_kb() -> Measured:
    return Measured(value=_visits()[1])


@cache
def _visits() -> Sequence[float]:
    with _context() as context:
        return [_weighed(context) for _ in range(2)]


def _weighed(context: BrowserContext) -> float:
    page = context.new_page()
    page.goto(stage().server.url)
    live(page)
    weight = float(page.evaluate(CARRIED))
    page.close()
    return weight / 1000


@contextmanager
def _context() -> Iterator[BrowserContext]:
    """A browser of somebody who may read everything."""
    here = stage()
    with whole_browser() as browser, _fresh(browser) as context:
        for name, value in here.browser.cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": here.server.url}])
        yield context


def _fresh(browser: Browser) -> BrowserContext:
    """What comes through a service worker is weighed unpacked."""
    return browser.new_context(viewport=_WIDE, service_workers="block")


@contextmanager
def _longest_thread() -> Iterator[Page]:
    here = stage()
    with _context() as context:
        page = context.new_page()
        page.goto(f"{here.server.url}/c/{here.server.built.longest}")
        live(page)
        yield page


@at_least(98, "of 100 by Lighthouse for how fast the inbox shows (median of three)")
def lighthouse_performance() -> Measured:
    return _lighthouse("performance")


@at_least(98, "of 100 by Lighthouse for who cannot see or point (median of three)")
def lighthouse_accessibility() -> Measured:
    return _lighthouse("accessibility")


@at_least(98, "of 100 by Lighthouse for good practice (median of three)")
def lighthouse_best_practices() -> Measured:
    return _lighthouse("best-practices")


@at_least(98, "of 100 by Lighthouse for what a search engine wants (median of three)")
def lighthouse_seo() -> Measured:
    return _lighthouse("seo")


def _lighthouse(category: str) -> Measured:
    scores = [float(run[category]["score"] or 0) * 100 for run in _runs()]
    return Measured(value=statistics.median(scores))


@cache
def _runs() -> Sequence[Mapping[str, Any]]:
    """The categories of each run, as Lighthouse reports them for a desktop."""
    here = stage()
    cookie = "; ".join(f"{name}={value}" for name, value in here.browser.cookies.items())
    command = [
        *_installed(),
        f"{here.server.url}/inbox/all",
        "--preset=desktop",
        "--quiet",
        "--output=json",
        "--output-path=stdout",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        f"--extra-headers={json.dumps({'Cookie': cookie})}",
    ]
    environment = {**os.environ, "CHROME_PATH": chromium_path()}
    runs = []
    for _ in range(_LOOKS):
        done = subprocess.run(command, env=environment, capture_output=True, check=True)
        runs.append(json.loads(done.stdout)["categories"])
    return runs


def _installed() -> Sequence[str]:
    """The command of Lighthouse, fetched where it is not there yet."""
    folder = KEPT / _LIGHTHOUSE
    program = folder / "node_modules/.bin/lighthouse"
    if not program.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError("npm is missing: install Debian's package npm")
        folder.mkdir(parents=True, exist_ok=True)
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
        subprocess.run([npm, "install", "--prefix", str(folder), *quiet, _LIGHTHOUSE], check=True)
    return [str(program)]

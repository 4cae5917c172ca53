"""`python -m tests.e2e.gallery FOLDER`: pictures of every page of a demo, in each look."""

import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, StorageState

from tests import http_calls
from tests.e2e.chromium import launched
from tests.e2e.gallery.crawl import crawl, in_browser, page_paths
from tests.e2e.gallery.pictures import Gallery
from tests.e2e.gallery.staged import stage_all
from tests.e2e.picture import SETTLES_MS, WIDE, log_in, talk
from tests.e2e.test_pages_axe import AT_DOOR, BEFORE_ALL
from tests.running_demo import Demo, eventually, running_demo

ILL = {path: [path] for path in ("/", "/devices", "/devices/enrol")}


def main() -> None:
    folder = Path(sys.argv[1])
    with (
        tempfile.TemporaryDirectory() as data,
        running_demo("--no-traffic", "--speed", "8", "--data", data) as demo,
        launched() as browser,
    ):
        stage_all(demo)
        state = _logged_in(browser, demo)
        gallery = Gallery(browser=browser, demo=demo, folder=folder, state=state)
        with closing(browser.new_context(base_url=demo.url, storage_state=state)) as context:
            paths = page_paths() - AT_DOOR - BEFORE_ALL
            begin = sorted(path for path in paths if "{" not in path)
            found = crawl(in_browser(context.new_page()), paths, begin=begin).found
        gallery.hang({path: addresses for path, addresses in found.items() if addresses})
        gallery.hang_at_door({"login": "/login", "login-link": _invitation(data)})
        _fall_ill(demo)
        gallery.hang(ILL, prefix="ill-")
        _lose_line(demo, data)
        gallery.hang({"/devices/enrol": ["/devices/enrol"]}, prefix="new-")
    for path in sorted(path for path in found if not found[path]):
        sys.stderr.write(f"No link leads to {path}, so there is no picture of it.\n")
    for path in sorted(BEFORE_ALL):
        sys.stderr.write(f"{path} is there before anybody is only, so there is no picture of it.\n")


def _logged_in(browser: Browser, demo: Demo) -> StorageState:
    """An administrator, who sees everything; they have talked with Sanne."""
    with closing(browser.new_context(base_url=demo.url, viewport=WIDE)) as context:
        context.set_default_timeout(SETTLES_MS)
        page = context.new_page()
        log_in(page, demo, "admin")
        talk(page, demo)
        return context.storage_state()


def _invitation(data: str) -> str:
    """The address of a log-in link."""
    command = [sys.executable, "-m", "appliance", "staff", "link", "Bram Jansen", "--data", data]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "/login/" + told.split("/login/")[1].split()[0]


def _fall_ill(demo: Demo) -> None:
    """The first phone goes away and its modem takes over; the second one is too warm and full."""
    away = {"phone": demo.numbers[0], "fault": "phone-gone", "seconds": 3600}
    http_calls.post(f"{demo.control}/fault", json=away).raise_for_status()
    demo.inject(phone=demo.numbers[1], kind="battery", level=34, temperature=470)
    demo.inject(phone=demo.numbers[1], kind="storage", free_mb=90)
    wanted = {"away", "hot", "storage"}
    eventually(lambda: wanted <= _wrong(demo), "it is seen that they are ill")


def _wrong(demo: Demo) -> set[str]:
    return {each["kind"] for each in demo.api("/incidents?open=true")["items"]}


def _lose_line(demo: Demo, data: str) -> None:
    """The second phone carries no number any more, so it can be set up."""
    demo.inject(phone=demo.numbers[1], kind="battery", temperature=290)
    command = [sys.executable, "-m", "appliance", "line", "remove", demo.numbers[1]]
    subprocess.run([*command, "--data", data], check=True, capture_output=True)


if __name__ == "__main__":
    main()

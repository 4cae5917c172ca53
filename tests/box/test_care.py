"""The program that looks after the box, on files of its own."""

import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from appliance.box import home_wish, point_keeper
from appliance.box.asking_balie import BalieSays, ask
from appliance.box.care import SAVE_S, Care, CarePlaces
from appliance.box.home_wish import HomeAnswer
from appliance.box.light import STARTS_WITHIN_S, Light
from appliance.box.point_keeper import PointKeeper
from appliance.runtime import setup_code

CODE = "k7qd-aaaa-bbbb-cccc"


@dataclass(slots=True)
class Box:
    """A box in a folder; `says` is what Balie answers."""

    folder: Path
    now_s: float = 1000.0
    says: BalieSays = field(default_factory=BalieSays)

    def care(self) -> Care:
        return Care(
            places=CarePlaces(
                data=self.folder,
                findings=self.folder / "findings.json",
                home=self.folder / "home.json",
                unsure=self.folder / "unsure",
                saved=self.folder / "time",
                issue=self.folder / "issue",
            ),
            light=Light(self.folder / "leds"),
            point=PointKeeper(self.folder, devices=self.folder / "net", now_s=lambda: self.now_s),
            ask=lambda: self.says,
            now_s=lambda: self.now_s,
        )

    @property
    def light(self) -> str:
        led = self.folder / "leds" / "ACT"
        trigger = (led / "trigger").read_text("ascii")
        return (
            f"{trigger} {(led / 'delay_on').read_text('ascii')}" if trigger == "timer" else trigger
        )


@pytest.fixture
def box(tmp_path: Path) -> Box:
    (tmp_path / "leds" / "ACT").mkdir(parents=True)
    return Box(tmp_path)


SLOW, STEADY, FAST = "timer 1000", "default-on", "timer 125"


def test_the_light_follows_balie_and_the_machine(box: Box) -> None:
    """From the start to a Balie that went away and did not come back."""
    care = box.care()
    care.look()
    assert box.light == SLOW
    box.says = BalieSays(is_ready=True)
    care.look()
    assert box.light == STEADY
    box.says = BalieSays(is_ready=True, incidents=1)
    care.look()
    assert box.light == FAST
    box.says = BalieSays(is_ready=True)
    (box.folder / "findings.json").write_text('[{"what": "card-unknown-key"}]', "ascii")
    care.look()
    assert box.light == FAST
    (box.folder / "findings.json").write_text("torn", "ascii")
    care.look()
    assert box.light == STEADY
    trouble = HomeAnswer(is_on=False, public_key="", trouble="no wg")
    (box.folder / "home.json").write_bytes(home_wish.answer_written(trouble))
    care.look()
    assert box.light == FAST
    (box.folder / "home.json").unlink()
    box.says = BalieSays()
    care.look()
    assert box.light == SLOW
    box.now_s += STARTS_WITHIN_S
    care.look()
    assert box.light == FAST


def test_the_time_is_saved_every_ten_minutes_and_at_the_end(box: Box) -> None:
    """No more often: a card wears out."""
    care, saved = box.care(), box.folder / "time"
    care.look()
    assert not saved.exists()
    box.now_s += SAVE_S
    care.look()
    assert saved.exists()
    saved.unlink()
    box.now_s += SAVE_S - 1
    care.look()
    assert not saved.exists()
    care.end()
    assert saved.exists()


def test_a_screen_shows_the_set_up_code_until_somebody_has_an_account(box: Box) -> None:
    """And where Balie is, all the time; a Balie that does not answer shows no code."""
    care, issue = box.care(), box.folder / "issue"
    (box.folder / point_keeper.CODE).write_text(CODE, "ascii")
    care.look()
    assert CODE not in issue.read_text("ascii")
    box.says = BalieSays(is_ready=True, is_set_up=False)
    care.look()
    assert CODE in issue.read_text("ascii")
    box.says = BalieSays(is_ready=True, is_set_up=True)
    care.look()
    assert CODE not in issue.read_text("ascii")
    assert f"https://{socket.gethostname().partition('.')[0]}.local" in issue.read_text("ascii")


def test_the_set_up_code_stays_the_same_until_it_is_of_no_use(tmp_path: Path) -> None:
    """Also after a restart; nobody else reads it; one that head office chose is taken."""
    made = setup_code.kept(tmp_path)
    assert setup_code.kept(tmp_path) == made
    path = tmp_path / point_keeper.CODE
    assert path.stat().st_mode & 0o777 == 0o600
    setup_code.forget(tmp_path)
    setup_code.forget(tmp_path)
    path.write_text(f"{CODE}\n", "ascii")
    assert setup_code.kept(tmp_path) == CODE


@pytest.mark.parametrize(("status", "is_set_up"), [(200, False), (303, True), (503, None)])
def test_a_page_that_fails_says_nothing_of_who_has_an_account(
    status: int, is_set_up: bool | None
) -> None:
    """Or the set-up point would go while somebody sets the box up by it."""

    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Failing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert ask(server.server_port).is_set_up is is_set_up
        finally:
            server.shutdown()
            thread.join()

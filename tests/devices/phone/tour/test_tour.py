"""The tour: each question is answered by the phone, and Balie sends nothing for it."""
# ruff: noqa: ARG002 -- a guide is told more than these hands need

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.__main__ import app
from appliance.devices.phone.tour.marks import MARKS, UNASKED
from appliance.devices.phone.tour.walk import CHECKS, walk
from appliance.devices.tour import Checked, Conclusion, TourReport, together
from tests.devices.phone.driver_kit import ANNA, BEA, World

LINK = "am start -a android.intent.action.VIEW -d 'https://wa.me/{}' -p com.whatsapp"


@dataclass
class Hands:
    """A person who does what they are asked, with hands of the emulated world."""

    world: World
    able: bool = True
    checked: dict[str, Checked] = field(default_factory=dict)
    message: str = ""

    def asked(self, step: str) -> bool:
        act = next((act for words, act in self._acts().items() if words in step), None)
        if self.able and act is not None:
            act()
        return self.able

    def number(self, question: str) -> str | None:
        return BEA if self.able else None

    def told(self, checked: Checked) -> None:
        self.checked[checked.name] = checked

    def _acts(self) -> dict[str, Callable[[], object]]:
        return {
            "entry empty": self._opens,
            "wrote something last": self._opens,
            "message long": lambda: self._holds(aside=False),
            "to the right": lambda: self._holds(aside=True),
            "write to this phone": self._arrives,
            "edit their message": lambda: self._changes("edited"),
            "delete that message": lambda: self._changes("deleted"),
            "call by WhatsApp": lambda: self.world.inject(kind="whatsapp-call", **{"from": BEA}),
        }

    def _opens(self) -> None:
        whatsapp = self.world.handset.whatsapp
        chat = whatsapp.account.chat(f"{ANNA[1:]}@s.whatsapp.net")
        self.world.on_loop(lambda: whatsapp.open_chat(chat))
        self.world.on_loop(lambda: self.world.handset.bring(whatsapp))

    def _holds(self, *, aside: bool) -> None:
        self._opens()
        whatsapp = self.world.handset.whatsapp
        message = whatsapp.account.chat(f"{ANNA[1:]}@s.whatsapp.net").messages[0]
        self.world.on_loop(lambda: whatsapp.hold(str(message.id), aside=aside))

    def _changes(self, to: str) -> None:
        self.world.change(self.message, to, "Hoi allemaal")

    def _arrives(self) -> None:
        self.world.inject(kind="home")
        self.message = self.world.write(BEA, "Hoi")


def test_a_tour_tells_what_was_proved_and_sends_nothing(world: World) -> None:
    """Its report holds no text and no number of anybody."""
    world.write(ANNA, "Kan ik morgen komen", name="Anna de Vries")
    hands = Hands(world)
    report = walk(world.serial, hands, watch_s=0.2)
    assert [each.name for each in report.checks] == [each.name for each in CHECKS]
    proved = {name for name, each in hands.checked.items() if each.verdict is Conclusion.PROVEN}
    assert proved >= {"shell-dump", "focus", "entry-hint", "chat", "sms-rows"}
    assert proved >= {"reply-menu", "reply-frame"}
    assert proved >= {"arrival", "edit", "deletion", "missed-call", "own-profile"}
    marks = {each.name: each.verdict for each in report.marks}
    assert marks["owner-page"] is marks["chat-address"] is Conclusion.PROVEN
    assert marks["port-power"] is Conclusion.NOT_SEEN
    told = report.as_markdown() + report.as_json()
    assert not any(word in told for word in ("morgen", "Vries", ANNA[1:], BEA[1:]))
    assert json.loads(report.as_json())["about"]["model"] == "Emulated phone"
    assert world.truth() == []
    assert world.handset.taps == 0


def test_what_is_skipped_is_not_seen(world: World) -> None:
    hands = Hands(world, able=False)
    walk(world.serial, hands, watch_s=0.0)
    by_hand = {each.name for each in CHECKS if each.step}
    assert {hands.checked[name].verdict for name in by_hand} == {Conclusion.NOT_SEEN}


def test_every_check_says_what_it_holds_true() -> None:
    assert len({each.name for each in CHECKS}) == len(CHECKS)
    assert all(each.fact for each in CHECKS)
    assert all(each.marks for each in CHECKS)
    asked = {mark for each in CHECKS for mark in each.marks}
    assert (asked | set(UNASKED), asked & set(UNASKED)) == (set(MARKS), set())
    assert [bool(each.step) for each in CHECKS] == sorted(bool(each.step) for each in CHECKS)


def test_a_phone_that_goes_during_the_tour_ends_no_tour(world: World) -> None:
    """Each question that it cannot answer any more is one that was not seen."""

    class Pulls(Hands):
        def asked(self, step: str) -> bool:
            self.world.fault("phone-gone", seconds=600)
            return True

    hands = Pulls(world)
    report = walk(world.serial, hands, watch_s=0.0)
    assert report.checks[-1].verdict is Conclusion.NOT_SEEN


def test_one_look_that_shows_it_otherwise_refutes_it() -> None:
    seen, proven, refuted = Conclusion.NOT_SEEN, Conclusion.PROVEN, Conclusion.REFUTED
    assert together([proven, refuted, seen]) is refuted
    assert together([seen, proven]) is proven
    assert together([]) is together([seen]) is seen


@pytest.mark.parametrize("verdict", list(Conclusion))
def test_the_report_is_a_table(verdict: Conclusion) -> None:
    checked = Checked(name="a", fact="The sky is blue", verdict=verdict, seen="a|b")
    report = TourReport(about={"model": "X"}, checks=[checked])
    assert f"| The sky is blue | {verdict.value} | a/b |" in report.as_markdown()


def test_a_person_is_led_at_the_command_line(world: World, tmp_path: Path) -> None:
    """What they skip is not seen; the reports for people and for programs stand side by side."""
    out = tmp_path / "tour.md"
    command = ["record", "--serial", world.serial, "--out", str(out), "--tour", "--json"]
    done = CliRunner().invoke(app, command, input="n\n" * len(CHECKS))
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    done_alone = {mark for each in CHECKS if not each.step for mark in each.marks}
    assert sum(told[each.value] for each in Conclusion if each.value in told) == len(MARKS)
    assert told["not seen"] >= len(MARKS) - len(done_alone)
    assert out.read_text().startswith("# A tour of one phone")
    checks = json.loads((tmp_path / "tour.json").read_text())["checks"]
    assert [each["name"] for each in checks] == [each.name for each in CHECKS]
    assert "Open WhatsApp's list of chats." in done.stderr

"""Who changed what of a branch, a number and a colleague, and when: on their own pages."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path

import pytest

import appliance
from appliance.api.web.words import house_sentences
from appliance.api.web.words.i18n import Words
from appliance.desk.access import passkeys
from appliance.desk.access.passkeys import NewPasskey
from appliance.desk.lines import new_line, replaced_phone
from appliance.desk.team import accounts, staff
from appliance.desk.team.accounts import StaffAccount
from appliance.desk.team.house_history import HouseEntry, of_branch, of_colleague, of_line
from appliance.events import EventKind
from appliance.store import line_settings, lines
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office
from tests.api.test_read_plans import SMALL, scanned


@pytest.fixture
def boss(office: Office) -> Iterator[Browser]:
    browser = log_in(office, "Marit", role="admin", branch_id=None)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def told(page: str) -> list[str]:
    """The lines of the history, without when."""
    found = re.findall(r'<span dir="auto">(.*?)</span>\n</li>', page, flags=re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]+>", "", each)).split()) for each in found]


def test_a_branch_says_who_changed_what(boss: Browser, tilburg: Desk, breda: Desk) -> None:
    """The newest first, and of this branch alone."""
    path = f"/settings/branches/{tilburg.branch_id}"
    boss.post(f"{path}/name", {"name": "Tilburg Noord"})
    boss.post(f"/settings/branches/{breda.branch_id}/name", {"name": "Breda Zuid"})
    assert told(boss.get(path).text)[0] == "Marit changed: name"
    assert "added the branch" in told(boss.get(path).text)[-1]
    assert len([each for each in told(boss.get(path).text) if "name" in each]) == 1


def test_a_number_says_who_changed_what(
    office: Office, boss: Browser, sanne: Browser, tilburg: Desk
) -> None:
    """For whoever may change it; what the console did is said so."""
    line_id, by = tilburg.line_id, f"staff:{boss.staff_id}"
    office.store.write(
        lambda tx: line_settings.change(tx, line_id, {"fallback_after_min": 7}, by=by)
    )
    office.store.write(
        lambda tx: line_settings.change(tx, line_id, {"fallback_after_min": 9}, by="cli")
    )
    office.store.write(lambda tx: lines.stop_line(tx, line_id, "WhatsApp shows a warning."))
    office.store.write(lambda tx: lines.resume_line(tx, line_id, staff_id=boss.staff_id))
    assert f"/lines/{line_id}/history" in boss.get("/devices").text
    assert told(boss.get(f"/lines/{line_id}/history").text)[:4] == [
        "Marit let the number send again",
        "The number was stopped",
        "console changed: Takes over after (minutes)",
        "Marit changed: Takes over after (minutes)",
    ]
    assert sanne.get(f"/lines/{line_id}/history").status_code == 404
    assert boss.get("/lines/nowhere/history").status_code == 404


def test_a_number_says_that_its_phone_was_changed(
    office: Office, boss: Browser, tilburg: Desk
) -> None:
    """And that another modem takes over; both are told of the device, too."""
    line_id, by = tilburg.line_id, f"staff:{boss.staff_id}"
    new = replaced_phone.Replacement(line_id=line_id, kind="phone", address="R58NEW", cards=())
    office.store.write(lambda tx: replaced_phone.replace(tx, new, by=by))
    office.store.write(lambda tx: new_line.set_fallback(tx, line_id, "/dev/ttyUSB9", by=by))
    assert told(boss.get(f"/lines/{line_id}/history").text)[:2] == [
        "Marit changed: modem that takes over",
        "Marit changed: phone or modem",
    ]


@pytest.mark.parametrize("read", [of_branch, of_line, of_colleague])
def test_no_history_looks_through_the_log(
    office: Office, read: Callable[[sqlite3.Connection, str], Sequence[HouseEntry]]
) -> None:
    def plans(conn: sqlite3.Connection) -> dict[str, set[str]]:
        seen: set[str] = set()
        conn.set_trace_callback(seen.add)
        try:
            read(conn, "01977d2e-7c10-73dc-95fd-e6e98a3b4c51")
        finally:
            conn.set_trace_callback(None)
        return {each: scanned(conn, each) for each in seen if not each.startswith("--")}

    found = office.store.read(plans)
    assert found
    assert not {each: names - SMALL for each, names in found.items() if names - SMALL}


def test_a_colleague_says_who_changed_what(office: Office, boss: Browser, tilburg: Desk) -> None:
    """What they chose themselves, too; how their pages look is nobody's business."""
    boss.post("/settings/team", {"name": "Joris", "branch": tilburg.branch_id})
    who = office.store.read(lambda conn: staff.named(conn, "Joris")).id
    office.store.write(lambda tx: staff.set_password(tx, who, "a hash"))
    boss.post(f"/settings/team/{who}/name", {"name": "Joris Bos"})
    boss.post(f"/settings/team/{who}/disable")
    office.store.write(lambda tx: staff.enable(tx, who))
    assert told(boss.get(f"/settings/team/{who}").text) == [
        "console let them in again",
        "Marit let them go",
        "Marit renamed them",
        "Joris Bos chose a password",
        "Marit made a log-in link for them",
        "Marit invited them",
    ]


def test_ways_in_are_told_by_who_made_them(office: Office, boss: Browser, sanne: Browser) -> None:
    """An account and a passkey are one's own doing; where nobody is known, nobody is said."""
    who, account = sanne.staff_id, StaffAccount(issuer="https://x", subject="1", email="s@x.nl")
    new = NewPasskey(credential_id="x", host="x", public_key=b"x", sign_count=0)
    path = f"/settings/team/{who}"
    office.store.write(lambda tx: accounts.set_email(tx, who, "s@x.nl"))
    office.store.write(lambda tx: accounts.come_in(tx, account))
    passkey = office.store.write(lambda tx: passkeys.add(tx, who, new, name="Telefoon"))
    office.store.write(lambda tx: passkeys.remove(tx, who, passkey))
    office.store.write(lambda tx: accounts.disconnect(tx, who, by_staff_id=boss.staff_id))
    office.store.write(
        lambda tx: tx.emit(EventKind.STAFF_CHANGED, staff_id=who, facts={"changed": "new"})
    )
    assert told(boss.get(path).text)[:6] == [
        "changed something else",
        "Marit disconnected their account",
        "Sanne removed a passkey",
        "Sanne added a passkey",
        "Sanne connected an account",
        "console changed their address of e-mail",
    ]


def test_each_change_of_a_colleague_has_a_sentence() -> None:
    """Those that the desk writes into the log."""
    desk = Path(appliance.__file__).parent / "desk"
    sources = [
        each.read_text() for part in ("team", "access") for each in desk.glob(f"{part}/*.py")
    ]
    written = {
        what
        for source in sources
        for what in re.findall(r'"changed": "([a-z-]+)"', source)
        if what != "look"  # which no history has
    }
    assert {"name", "account-removed", "passkey-added"} <= written
    for what in written:
        entry = HouseEntry(at_ms=0, kind=EventKind.STAFF_CHANGED, by=None, fields=[what])
        assert house_sentences.told(Words("en"), entry) != "changed something else", what

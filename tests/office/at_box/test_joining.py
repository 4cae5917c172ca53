"""How a box comes to belong to a head office, and how that ends."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from appliance.desk.privacy import releasing
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.office.at_box import joining
from appliance.office.at_box.credential import BEFORE, FILE
from appliance.office.invitation import OfficeInvitation
from appliance.reasons import Reason
from appliance.store import lines, office_link
from appliance.store.store import Tx
from tests.office.at_box.conftest import Box
from tests.office.at_box.small_office import Fault, SmallOffice, serving
from tests.own_certificate import make_certificate


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[SmallOffice]:
    (tmp_path / "secure").mkdir()
    office = SmallOffice(
        tmp_path / "secure", make_certificate(tmp_path / "secure", "office.example")
    )
    with serving(office) as it:
        yield it


def released(box: Box) -> None:
    def work(tx: Tx) -> None:
        releasing.release(tx, lines.line(tx.conn, box.counter.line_id))

    box.counter.store.write(work)


def stopped(box: Box) -> str | None:
    found = box.counter.store.read(lambda conn: lines.line(conn, box.counter.line_id))
    return found.stopped


def test_the_box_trusts_the_authority_that_the_invitation_names_and_no_other(
    box: Box, secure: SmallOffice, tmp_path: Path
) -> None:
    invited = OfficeInvitation.from_token(secure.token)
    other = OfficeInvitation(
        url=secure.url, fingerprint=hashlib.sha256(b"x").hexdigest(), secret=invited.secret
    )
    with pytest.raises(Refused) as refused:
        joining.join(box.counter.store, box.data, other.as_token())
    assert refused.value.code is Reason.OFFICE_AWAY
    box.office = secure
    box.joins()
    box.is_told()
    assert (box.data / FILE).stat().st_mode & 0o777 == 0o600
    (tmp_path / "other").mkdir()
    in_between = SmallOffice(
        tmp_path / "other", make_certificate(tmp_path / "other", "office.example")
    )
    in_between.credentials = secure.credentials
    port = int(secure.url.rpartition(":")[2])
    secure.end()
    pushes = len(secure.pushes)
    box.counter.store.write(
        lambda tx: office_link.change(tx, authority=in_between.certificate.cert.read_text())  # type: ignore[union-attr]
    )
    box.link.stop()
    box.linked()
    box.counter.hears()
    secure.wait_for(lambda: box.link.now().trouble == "tls")
    assert (len(secure.pushes), port) == (pushes, port)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "balie-office-1.",
        "balie-office-1.e30",
        OfficeInvitation(url="http://office.example", fingerprint="", secret="s").as_token(),
        OfficeInvitation(url="https://o.example/x", fingerprint="a" * 64, secret="s").as_token(),
        OfficeInvitation(url="https://o.example", fingerprint="", secret="s").as_token(),
    ],
)
def test_what_is_no_invitation_is_refused(box: Box, token: str) -> None:
    with pytest.raises(InvalidInput):
        joining.join(box.counter.store, box.data, token)
    assert box.counter.store.read(office_link.link) is None


def test_an_invitation_is_good_for_one_box_also_when_its_answer_was_lost(box: Box) -> None:
    joining.join(box.counter.store, box.data, box.office.token)
    with pytest.raises(Refused) as twice:
        joining.join(box.counter.store, box.data, box.office.token)
    assert twice.value.code is Reason.OFFICE_JOINED
    box.counter.store.write(office_link.end)
    joining.join(box.counter.store, box.data, box.office.token)
    joining.leave(box.counter.store, box.data)
    with pytest.raises(Refused) as used:
        joining.join(box.counter.store, box.data, box.office.token)
    assert used.value.code is Reason.OFFICE_REFUSES


def test_a_box_that_was_struck_off_holds_its_numbers_until_the_link_ends(box: Box) -> None:
    """A 401 of an office does it, one of somebody in between does not."""
    box.joins()
    box.is_told()
    box.office.on_push = lambda _: Fault.PORTAL
    box.counter.hears()
    box.office.wait_for(lambda: box.link.now().trouble == "no-office")
    assert stopped(box) is None
    box.office.on_push = lambda _: Fault.STRUCK_OFF
    box.office.wait_for(lambda: stopped(box) == Reason.STRUCK_OFF)
    with pytest.raises(Refused) as refused:
        released(box)
    assert refused.value.code is Reason.STRUCK_OFF
    box.link.leave()
    released(box)
    assert stopped(box) is None
    assert not (box.data / FILE).exists()
    whats = [each.facts["what"] for each in box.counter.events(EventKind.OFFICE_CHANGED)]
    assert whats == ["joined", "struck-off", "left"]


def test_a_box_that_is_taken_back_starts_its_numbers_by_a_person_again(box: Box) -> None:
    """What the office had said by a command stays so, whatever it answers."""
    box.joins()
    box.is_told()
    box.office.on_push = lambda _: Fault.STRUCK_OFF
    box.counter.hears()
    box.office.wait_for(lambda: stopped(box) == Reason.STRUCK_OFF)
    box.office.on_push = lambda _: None
    box.office.wait_for(lambda: not is_struck_off(box))
    box.is_told()
    assert stopped(box) == Reason.STRUCK_OFF
    released(box)
    box.office.done(box.office.ask("strike-off", {}, by={"name": "office"}))
    box.counter.hears()
    box.is_told()
    assert is_struck_off(box)


def is_struck_off(box: Box) -> bool:
    known = box.counter.store.read(office_link.link)
    return known is not None and known.struck_off_ms is not None


def test_a_401_that_says_nothing_of_striking_off_stops_no_number(box: Box) -> None:
    """It is shown, tried again, and throws no credential away."""
    box.joins()
    box.is_told()
    held = (box.data / FILE).read_text()
    box.office.on_push = lambda _: Fault.UNKNOWN
    box.counter.hears()
    box.office.wait_for(lambda: box.link.now().trouble == "unauthorized")
    box.office.on_push = lambda _: None
    box.is_told()
    box.office.wait_for(lambda: box.link.now().trouble is None)
    assert (box.data / FILE).read_text() == held
    assert stopped(box) is None


@pytest.mark.parametrize("found", [b"\xff\xfe", b"", b"two words\r\nX: y"])
def test_a_credential_that_cannot_be_read_is_said_and_the_one_of_before_is_tried(
    box: Box, found: bytes
) -> None:
    box.joins()
    box.is_told()
    box.link.stop()
    good = (box.data / FILE).read_text()
    (box.data / FILE).write_bytes(found)
    box.linked()
    box.counter.hears()
    assert box.link.now().trouble == "no-credential"
    told = len(box.office.pushes)
    (box.data / BEFORE).write_text(good)
    box.is_told()
    assert len(box.office.pushes) > told
    assert stopped(box) is None


def test_the_command_line_joins_and_leaves_beside_a_running_balie(box: Box) -> None:
    from appliance.__main__ import app

    box.linked()
    said = CliRunner().invoke(
        app, ["office", "join", "-", "--data", str(box.data), "--json"], input=box.office.token
    )
    assert (said.exit_code, box.office.url in said.output) == (0, True)
    box.is_told()
    assert CliRunner().invoke(app, ["office", "leave", "--data", str(box.data)]).exit_code == 0
    told = len(box.office.pushes)
    box.counter.hears()
    assert not (box.data / FILE).exists()
    assert len(box.office.pushes) == told

"""What people send that should not be kept: marked, hidden, put away, and removed for good."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.search import following
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.protocol import Incoming, TextForm
from appliance.media.kinds import MediaKind
from appliance.queue.gate import ConsentGate
from appliance.store import branch_settings, holds, phone_removals
from appliance.store.care_marks import CareKind
from tests.api.browser import Browser, log_in
from tests.api.office import Desk, Office

WORKER = "+31655500401"
BSN = "398259793"
SAYS = f"mijn bsn is {BSN}"
LOOKS = "This looks like a citizen service number (BSN)."
HIDDEN = "Hidden: it should perhaps not be kept"
REMOVED = "Sanne removed this: it had a citizen service number in it."
ENGLISH = {"Accept-Language": "en"}


def one(office: Office, sql: str) -> str:
    return office.store.read(lambda conn: str(conn.execute(sql).fetchone()[0]))


def thread(office: Office, browser: Browser, language: str = "en") -> str:
    conversation = one(office, "SELECT id FROM conversation")
    return browser.get(f"/c/{conversation}", **{"Accept-Language": language}).text


@pytest.fixture
def message(office: Office, tilburg: Desk) -> str:
    office.writes(WORKER, tilburg, name="Fatima")
    office.writes(WORKER, tilburg, SAYS, key="the-bsn")
    return one(office, "SELECT message_id FROM care_mark")


def hides(office: Office, desk: Desk, *kinds: CareKind) -> None:
    office.store.write(
        lambda tx: branch_settings.change(
            tx, desk.branch_id, {"care_hides": [each.value for each in kinds]}, by="test"
        )
    )


def test_what_is_hidden_is_hidden_on_the_officers_pages_too(office: Office, tilburg: Desk) -> None:
    """A first message that the branch hides is the proof of consent; the words wait hidden."""
    hides(office, tilburg, CareKind.BSN)
    office.writes(WORKER, tilburg, SAYS, name="Fatima")
    petra = log_in(office, "Petra", role="privacy", branch_id=None)
    contact = one(office, "SELECT id FROM contact")
    pages = (f"/privacy/people/{contact}", f"/privacy/consent?number={contact}")
    for page in pages:
        answer = petra.get(page)
        assert answer.status_code == 200
        assert BSN not in answer.text, page
    told = office.caller().get(f"/contacts/{contact}/consent").json()["entries"]
    assert [each["kind"] for each in told] == ["wrote_first"]
    assert BSN not in str(told)
    saved = petra.post(f"/privacy/people/{contact}/file", part=False)
    file = json.loads(zipfile.ZipFile(io.BytesIO(saved.content)).read("dossier.json"))
    assert [(each["words"], each["hidden"]) for each in file["consent"]] == [(SAYS, True)]
    petra.client.close()


def test_the_mark_stands_at_the_message_with_a_ready_sentence(
    office: Office, sanne: Browser, message: str
) -> None:
    """In the reader's language; the sentence is in that of who wrote."""
    page = thread(office, sanne)
    assert LOOKS in page
    assert "Stuur je burgerservicenummer liever niet in een bericht" in page
    assert page.count(f"/messages/{message}/care") == 2
    assert "Dit lijkt een burgerservicenummer (BSN)." in thread(office, sanne, "nl")
    facts = one(office, "SELECT group_concat(facts) FROM event")
    assert (BSN in facts, "bsn" in facts) == (False, False)


def test_what_is_none_is_put_away(office: Office, sanne: Browser, message: str) -> None:
    path = f"/messages/{message}/care"
    assert sanne.post(path, {"do": "none"}).status_code == 204
    page = thread(office, sanne)
    assert (LOOKS in page, SAYS in page) == (False, True)
    again = sanne.post(path, {"do": "remove"})
    assert (again.status_code, 'data-code="nothing-to-decide"' in again.text) == (409, True)


def test_what_is_removed_is_gone_and_a_person_deletes_it_on_the_phone(
    office: Office, tilburg: Desk, sanne: Browser, message: str
) -> None:
    assert sanne.post(f"/messages/{message}/care", {"do": "remove"}).status_code == 204
    page = thread(office, sanne)
    assert (REMOVED in page, BSN in page) == (True, False)
    (asked,) = office.store.read(lambda conn: phone_removals.for_people(conn, [tilburg.branch_id]))
    assert (asked.message_id, asked.whose and asked.whose.value) == (message, WORKER)
    assert BSN not in one(office, "SELECT group_concat(text) FROM message")


def test_what_was_removed_does_not_come_back_from_the_phone(
    office: Office, tilburg: Desk, sanne: Browser, clock: ManualClock, message: str
) -> None:
    """Neither by its notification, nor from the screen of the chat, nor changed; STOP in it still
    counts.
    """
    sent_ms = clock.now_ms()
    sanne.post(f"/messages/{message}/care", {"do": "remove"})
    office.writes(WORKER, tilburg, SAYS, key="the-bsn")
    seen = Incoming(
        channel=Channel.WHATSAPP,
        key="wa-screen:1",
        sender=WORKER,
        text=SAYS,
        at_ms=sent_ms,
        exact=False,
    )
    reception = Reception(office.store, ConsentGate())
    reception.received(tilburg.device_id, [seen])
    assert BSN not in thread(office, sanne)
    assert office.count("message") == 3  # with the welcome
    clock.advance(s=600)
    later = replace(seen, key="wa-screen:2", at_ms=clock.now_ms())
    reception.received(tilburg.device_id, [later])
    assert BSN in thread(office, sanne)
    office.writes(WORKER, tilburg, "stop", key="the-bsn")
    assert one(office, "SELECT kind FROM consent ORDER BY seq DESC LIMIT 1") == "opted_out"


def test_what_was_removed_is_not_in_the_index_either(
    office: Office, sanne: Browser, message: str
) -> None:
    """The thread that keeps it writes it anew, which a crash does not make it forget."""

    def is_in_the_index() -> bool:
        blocks = "SELECT block FROM search_message_data"
        rows = office.store.read(lambda conn: conn.execute(blocks).fetchall())
        return any(BSN[:8].encode() in bytes(row["block"]) for row in rows)

    while following.catch_up(office.store):
        pass
    assert is_in_the_index()
    sanne.post(f"/messages/{message}/care", {"do": "remove"})
    following.catch_up(office.store)  # killed here
    while following.catch_up(office.store):
        pass
    assert not is_in_the_index()
    assert one(office, "SELECT merges FROM search_progress") == "0"


def test_another_picture_of_that_minute_is_kept(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Each has only the sign of a picture for its words."""
    first = Incoming(
        channel=Channel.WHATSAPP,
        key="photo",
        sender=WORKER,
        text="📷",
        at_ms=office.clock.now_ms(),
        media=IncomingMedia(kind=MediaKind.IMAGE, sign="📷", words=""),
    )
    reception = Reception(office.store, ConsentGate())
    reception.received(tilburg.device_id, [first])
    office.writes(WORKER, tilburg, "dat was mijn paspoort")
    marked = one(office, "SELECT message_id FROM care_mark")
    sanne.post(f"/messages/{marked}/care", {"do": "remove"})
    reception.received(tilburg.device_id, [replace(first, key="wa-screen:2", exact=False)])
    assert one(office, "SELECT count(*) FROM message WHERE text = '📷'") == "1"


def test_the_rule_of_a_branch_hides_at_once_until_one_opens_it(
    office: Office, tilburg: Desk, sanne: Browser
) -> None:
    """Neither the thread, nor the list, nor a search, nor the paper shows it."""
    hides(office, tilburg, CareKind.BSN)
    office.writes(WORKER, tilburg, SAYS, name="Fatima")
    message = one(office, "SELECT message_id FROM care_mark")
    conversation = one(office, "SELECT id FROM conversation")
    for path in (f"/c/{conversation}", "/", f"/c/{conversation}/print", "/search?q=bsn"):
        page = sanne.get(path, **ENGLISH).text
        assert BSN not in page, path
    assert HIDDEN in sanne.get("/", **ENGLISH).text
    assert sanne.post(f"/messages/{message}/care", {"do": "open"}).status_code == 204
    assert BSN in thread(office, sanne)
    assert HIDDEN not in sanne.get("/", **ENGLISH).text


def test_a_picture_and_what_is_said_beside_it_belong_together(
    office: Office, tilburg: Desk
) -> None:
    picture = Incoming(
        channel=Channel.WHATSAPP,
        key="photo",
        sender=WORKER,
        text="📷",
        at_ms=office.clock.now_ms(),
        media=IncomingMedia(kind=MediaKind.IMAGE, sign="📷", words=""),
    )
    Reception(office.store, ConsentGate()).received(tilburg.device_id, [picture])
    assert office.count("care_mark") == 0
    office.writes(WORKER, tilburg, "dat was mijn paspoort")
    assert one(office, "SELECT kind FROM care_mark") == "identity"
    marked = one(office, "SELECT message_id FROM care_mark")
    assert marked == one(office, "SELECT message_id FROM message_media")


def test_words_that_come_later_and_changed_words_are_looked_at(
    office: Office, tilburg: Desk
) -> None:
    office.writes(WORKER, tilburg, "…", key="late", form=TextForm.WAITING)
    office.writes(WORKER, tilburg, SAYS, key="late")
    assert office.count("care_mark") == 1
    office.writes(WORKER, tilburg, "hoi", key="edit")
    office.writes(WORKER, tilburg, "ik ben zwanger", key="edit")
    assert office.count("care_mark") == 2


def test_who_is_held_for_a_dispute_keeps_everything(
    office: Office, sanne: Browser, message: str
) -> None:
    contact = one(office, "SELECT id FROM contact")
    office.store.write(lambda tx: holds.put(tx, contact, "rechtszaak", until_ms=None))
    answer = sanne.post(f"/messages/{message}/care", {"do": "remove"})
    assert (answer.status_code, 'data-code="held"' in answer.text) == (409, True)
    assert SAYS in thread(office, sanne)


def test_who_may_only_read_sees_the_mark_and_has_no_buttons(office: Office, message: str) -> None:
    petra = log_in(office, "Petra", role="privacy", branch_id=None)
    page = thread(office, petra)
    assert LOOKS in page
    assert f"/messages/{message}/care" not in page
    assert petra.post(f"/messages/{message}/care", {"do": "remove"}).status_code == 404
    petra.client.close()


def test_the_officer_counts_it_and_ticks_off_what_is_done_by_hand(
    office: Office, tilburg: Desk, breda: Desk, sanne: Browser, message: str
) -> None:
    """Of their own branch only; no text of a message is on the page."""
    office.writes("+31655500409", breda, SAYS)
    sanne.post(f"/messages/{message}/care", {"do": "remove"})
    petra = log_in(office, "Petra", role="privacy", branch_id=tilburg.branch_id)
    page = petra.get("/privacy/care", **ENGLISH).text
    assert re.search(r"delete the message of .* from \+31 6 55500401\.", page)
    assert (BSN in page, "Breda" in page) == (False, False)
    row = re.findall(r'<td class="count">(\d+)</td>', page)
    assert row == ["1", "0", "1", "0", "0"]
    (task,) = re.findall(r"/privacy/care/removals/([^/]+)/done", page)
    other = log_in(office, "Bram", role="privacy", branch_id=breda.branch_id)
    assert other.post(f"/privacy/care/removals/{task}/done").status_code == 404
    assert petra.post(f"/privacy/care/removals/{task}/done", part=False).status_code == 303
    assert (
        "Er hoeft niets met de hand te worden verwijderd."
        in petra.get("/privacy/care", **{"Accept-Language": "nl"}).text
    )
    hidden = {"kind": ["bsn", "health"]}
    assert petra.post(f"/privacy/care/{tilburg.branch_id}/hides", hidden, part=False).is_redirect
    office.writes(WORKER, tilburg, SAYS)
    assert one(office, "SELECT group_concat(hidden) FROM care_mark") == "0,0,1"
    (counted,) = office.caller(branch_id=tilburg.branch_id).get("/care").json()["items"]
    assert {name: counted[name] for name in ("kind", "marked", "hidden", "removed")} == {
        "kind": "bsn",
        "marked": 2,
        "hidden": 1,
        "removed": 1,
    }
    for each in (petra, other):
        each.client.close()

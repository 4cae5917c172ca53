"""What the composer says of a text before it is sent."""

import re
from html import unescape

import pytest

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.lines import beside, new_line
from appliance.desk.lines.beside import NewBeside
from appliance.devices.protocol import DeviceState, Incoming, Status
from appliance.queue.gate import ConsentGate
from appliance.reasons import Reason
from appliance.store.house_key import HouseKey
from tests.api.browser import Browser, log_in
from tests.api.office import Caller, Desk, Office

ANNA = "+31687654321"


@pytest.fixture
def sanne(sanne: Browser) -> Browser:
    sanne.client.headers["Accept-Language"] = "en"
    return sanne


@pytest.fixture
def anna(office: Office, tilburg: Desk, planning: Caller) -> str:
    """The id of a conversation with Anna, whose branch has its phone."""
    both = frozenset({Channel.WHATSAPP, Channel.SMS})
    office.phone_is(tilburg, Status(state=DeviceState.READY, channels=both))
    office.writes(ANNA, tilburg, name="Anna")
    return str(planning.get("/conversations").json()["items"][0]["id"])


def fate(browser: Browser, conversation_id: str, channel: str = "") -> str:
    asked = f"/c/{conversation_id}/fate?channel={channel}"
    answer = browser.get(asked, **{"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(unescape(re.sub("<[^>]+>", "", answer.text)).split())


def test_an_answer_leaves_now_over_the_way_on_which_they_wrote(
    office: Office, tilburg: Desk, sanne: Browser, anna: str, clock: ManualClock
) -> None:
    assert fate(sanne, anna) == "Leaves now, as WhatsApp"
    clock.advance(s=60)
    office.writes(ANNA, tilburg, "Via sms", channel=Channel.SMS)
    assert fate(sanne, anna) == "Leaves now, as SMS"


def test_it_says_since_when_the_phone_is_out(
    office: Office, tilburg: Desk, sanne: Browser, anna: str, clock: ManualClock
) -> None:
    office.phone_is_away(tilburg)
    clock.advance(s=3600)
    assert fate(sanne, anna) == "Waits: the phone or modem is not plugged in, since 09:30"


def test_it_says_that_the_modem_sends_and_signs(
    office: Office, tilburg: Desk, sanne: Browser, anna: str, clock: ManualClock
) -> None:
    """At first not before the line has waited for its phone."""
    modem = office.store.write(lambda tx: new_line.add_fallback(tx, tilburg.line_id, "/dev/ttyU0"))
    ready = Status(state=DeviceState.READY, channels=frozenset({Channel.SMS}))
    Reception(office.store, ConsentGate()).status(modem, ready)
    office.phone_is_away(tilburg)
    signed = "as SMS over the modem, signed with the branch's name"
    assert fate(sanne, anna).startswith(f"Leaves at 09:40, {signed}: ")
    clock.advance(s=1200)
    assert fate(sanne, anna) == f"Leaves now, {signed}"


def test_what_nobody_waits_for_leaves_when_the_branch_is_open(
    office: Office, tilburg: Desk, anna: str, clock: ManualClock
) -> None:
    clock.advance(s=36 * 3600)
    bart = log_in(office, "Bart", role="staff", branch_id=tilburg.branch_id)
    bart.client.headers["Accept-Language"] = "en"
    said = fate(bart, anna)
    assert said.startswith("Leaves tomorrow at ")
    assert said.endswith("as WhatsApp: the branch is closed until then")
    bart.client.close()


def test_where_nothing_may_be_sent_the_reason_stands_there_alone(
    office: Office, tilburg: Desk, sanne: Browser, anna: str
) -> None:
    office.writes(ANNA, tilburg, "STOP")
    assert fate(sanne, anna) == ""
    stopped = sanne.get(f"/c/{anna}").text
    assert "This person asked to stop." in stopped
    assert ('id="text"' in stopped, 'id="note-text"' in stopped) == (False, True)


def test_start_gives_the_field_back_with_its_draft(
    office: Office, tilburg: Desk, sanne: Browser, anna: str
) -> None:
    sanne.post(f"/c/{anna}/draft", {"text": "Neem je pas mee"})
    office.writes(ANNA, tilburg, "STOP")
    assert "Neem je pas mee</textarea>" not in sanne.get(f"/c/{anna}").text
    office.writes(ANNA, tilburg, "START")
    assert "Neem je pas mee</textarea>" in sanne.get(f"/c/{anna}").text


def test_who_is_blocked_is_not_written_to_and_the_composer_says_so(
    office: Office, tilburg: Desk, sanne: Browser, planning: Caller, anna: str
) -> None:
    """Before anybody types, and the card says it of the numbers."""
    body = {"blocked": True}
    planning.client.patch(f"/api/v1/contacts/{ANNA}", json=body, headers=planning.headers)
    assert fate(sanne, anna) == ""
    assert "<strong>The office has blocked this person.</strong>" in sanne.get(f"/c/{anna}").text
    as_part = {"HX-Request": "true"}
    assert "may be written to" not in sanne.get(f"/c/{anna}/contact", **as_part).text
    body = {"blocked": False}
    planning.client.patch(f"/api/v1/contacts/{ANNA}", json=body, headers=planning.headers)
    assert fate(sanne, anna) == "Leaves now, as WhatsApp"
    assert "may be written to" in sanne.get(f"/c/{anna}/contact", **as_part).text


def offered(browser: Browser, conversation_id: str) -> list[str]:
    """The channels of which the writer may choose one."""
    shown = browser.get(f"/c/{conversation_id}").text
    select = re.search(r'<select name="channel".*?</select>', shown, re.DOTALL)
    return re.findall(r'value="(\w+)"', select[0]) if select else []


def wanted(office: Office, text: str) -> tuple[str, str | None]:
    """To whom a message goes, and over which channel alone."""
    statement = "SELECT value, wanted FROM message WHERE text = ?"
    row = office.store.read(lambda conn: conn.execute(statement, (text,)).fetchone())
    return row["value"], row["wanted"]


def test_a_writer_chooses_the_channel_of_one_message(
    office: Office, tilburg: Desk, sanne: Browser, anna: str
) -> None:
    """The fate follows. Without a choice it goes where they last wrote, as before."""
    assert offered(sanne, anna) == ["auto", "whatsapp", "sms"]
    assert fate(sanne, anna, "auto") == "Leaves now, as WhatsApp"
    assert fate(sanne, anna, "sms") == "Leaves now, as SMS"
    for text, channel in (("Een", "sms"), ("Twee", "auto"), ("Drie", "")):
        answer = sanne.post(f"/c/{anna}/messages", {"text": text, "channel": channel})
        assert answer.status_code == 204
    assert [wanted(office, each) for each in ("Een", "Twee", "Drie")] == [
        (ANNA, "sms"),
        (ANNA, None),
        (ANNA, None),
    ]
    counted = {"line": tilburg.line_id, "to": ANNA, "text": "Hallo"}
    assert "SMS" in sanne.post("/sms-length", {**counted, "channel": "sms"}).text
    assert sanne.post("/sms-length", {**counted, "channel": "whatsapp"}).text.strip() == ""
    office.phone_is_away(tilburg)
    assert fate(sanne, anna, "sms").startswith("Waits: ")


def test_only_what_reaches_a_person_is_offered(office: Office, sanne: Browser, anna: str) -> None:
    """Somebody without WhatsApp has one channel, and nothing to choose; no request gets around
    it.
    """
    office.store.write(lambda tx: tx.conn.execute("UPDATE contact_identity SET on_whatsapp = 0"))
    assert offered(sanne, anna) == []
    for channel in ("whatsapp", "telegram", "pigeon"):
        answer = sanne.post(f"/c/{anna}/messages", {"text": "Nee", "channel": channel})
        assert answer.status_code == 422
        assert "This channel does not reach this person any more." in answer.text
    assert office.count("message WHERE text = 'Nee'") == 0


def bot_beside(office: Office, desk: Desk) -> str:
    """A Telegram bot beside the number; its device."""
    key = HouseKey.of(office.store.path.parent)
    bot = NewBeside(
        kind="telegram", address="4711", settings={"api": "http://127.0.0.1:9"}, secret="4711:x"
    )
    return office.store.write(lambda tx: beside.put(tx, desk.line_id, bot, key=key, by="cli"))


def telegram(reception: Reception, device: str, office: Office) -> None:
    """It is there, and somebody writes to it."""
    channel = Channel.named("telegram")
    reception.status(device, Status(state=DeviceState.READY, channels=frozenset({channel})))
    came = Incoming(
        channel=channel,
        key="t1",
        sender="telegram:99",
        text="Ik ben het, Anna",
        at_ms=office.clock.now_ms(),
    )
    reception.received(device, [came])


def test_another_channel_writes_to_their_other_identity(
    office: Office, tilburg: Desk, planning: Caller, sanne: Browser, anna: str
) -> None:
    """Who is one person over two channels is written to by what the chosen one writes to."""
    device, reception = bot_beside(office, tilburg), Reception(office.store, ConsentGate())
    telegram(reception, device, office)
    (mine,) = (
        each["id"]
        for each in planning.get("/contacts").json()["items"]
        if each["numbers"][0]["number"] == ANNA
    )
    merged = planning.client.post(
        f"/api/v1/contacts/{mine}/merge", json={"other": "telegram:99"}, headers=planning.headers
    )
    assert merged.status_code == 200, merged.text
    assert offered(sanne, anna) == ["auto", "whatsapp", "sms", "telegram"]
    assert fate(sanne, anna) == "Leaves now, as Telegram"
    assert fate(sanne, anna, "sms") == "Leaves now, as SMS"
    for text, name in (("Bot", "telegram"), ("Kort", "sms")):
        assert sanne.post(f"/c/{anna}/messages", {"text": text, "channel": name}).status_code == 204
    assert wanted(office, "Bot") == ("telegram:99", "telegram")
    assert wanted(office, "Kort") == (ANNA, "sms")


@pytest.mark.parametrize(
    ("state", "reason", "sentence"),
    [
        (DeviceState.ABSENT, Reason.NONE, "the service that carries it does not answer"),
        (
            DeviceState.OFFLINE,
            Reason.SERVICE_UNTRUSTED,
            "the service that carries it cannot prove who it is",
        ),
        (
            DeviceState.DEGRADED,
            Reason.ACCOUNT_SHUT,
            "the service that carries it does not let Balie in",
        ),
        (DeviceState.DEGRADED, Reason.HAS_WEBHOOK, "another program gets what people answer there"),
    ],
)
def test_what_waits_for_a_bot_says_nothing_of_a_phone(
    office: Office, tilburg: Desk, sanne: Browser, state: DeviceState, reason: Reason, sentence: str
) -> None:
    """Nobody plugs it in, and nobody can look at it."""
    device, reception = bot_beside(office, tilburg), Reception(office.store, ConsentGate())
    telegram(reception, device, office)
    conversation = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM conversation").fetchone()[0])
    )
    reception.status(device, Status(state=state, reason=reason))
    assert fate(sanne, conversation).startswith(f"Waits: {sentence}")

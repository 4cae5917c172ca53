"""What the Cloud API's webhooks say of each event, and in which order."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from appliance.api.cloud import ids
from appliance.api.cloud.dialect import NAME, Cloud
from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.desk.privacy.erasing import job
from appliance.desk.webhooks.seeing import may_see, sight_of
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.news_protocol import Reaction
from appliance.devices.protocol import Incoming, TextForm
from appliance.events import Event, EventKind
from appliance.media.files import KeptFile
from appliance.media.kinds import MediaKind, MediaWhy
from appliance.media.probing import Measured
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.relay.dialect import AnswerMeaning, Keys, PlannedDelivery, ReceiverAnswer
from appliance.store import cloud_messages, events, forgetting, media_fetches, messages, webhooks
from appliance.store.cloud_messages import Tracked
from appliance.store.store import Tx
from appliance.store.webhook_deliveries import Delivery, DeliveryState
from appliance.store.webhooks import Content, WebhookBy, WebhookEndpoint
from tests.api.cloud.test_cloud_sending import ANNA, LID, kept, post, text
from tests.api.office import Caller, Desk, Office

DIALECT = Cloud()


@dataclass(slots=True)
class Heard:
    """Follows the log as the relay does, one event after the other."""

    office: Office
    endpoint: WebhookEndpoint
    seen: int
    bodies: list[bytes] = field(default_factory=list)

    def next(self) -> Sequence[Mapping[str, Any]]:
        """What was told since the last time: the `value` of each POST."""

        def told(tx: Tx) -> Sequence[bytes | None]:
            batch = events.after(tx.conn, self.seen, limit=10_000)
            self.seen = batch[-1].seq if batch else self.seen
            return [
                DIALECT.body(tx.conn, self.endpoint, delivery(self.endpoint, planned, event), event)
                for event in batch
                if may_see(tx.conn, self.endpoint, sight_of(tx.conn, self.endpoint), event)
                for planned in DIALECT.planned(tx.conn, self.endpoint, event)
            ]

        bodies = [each for each in self.office.store.write(told) if each is not None]
        self.bodies += bodies
        return [json.loads(each)["entry"][0]["changes"][0]["value"] for each in bodies]


def delivery(endpoint: WebhookEndpoint, planned: PlannedDelivery, event: Event) -> Delivery:
    return Delivery(
        id="msg_1",
        webhook_id=endpoint.id,
        event_seq=event.seq,
        part=planned.part,
        type=planned.type,
        lane="",
        message_id=event.message_id,
        seq=1,
        state=DeliveryState.PENDING,
        due_ms=0,
        tries=0,
        body=None,
        attempts=(),
        created_ms=0,
        ended_ms=None,
    )


@pytest.fixture
def heard(office: Office, tilburg: Desk, planning: Caller) -> Heard:
    endpoint = office.store.write(
        lambda tx: webhooks.add(
            tx,
            dialect=NAME,
            url="https://example.com/hook",
            events_wanted=("messages",),
            by=WebhookBy(token_id=planning.token.id),
            line_id=tilburg.line_id,
            content=Content.FULL,
        )
    )
    return Heard(office, endpoint, endpoint.event_seq)


def came(office: Office) -> str:
    """The id of the newest message that came."""
    return office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT id FROM message WHERE direction = 'in' ORDER BY seq DESC LIMIT 1"
            ).fetchone()[0]
        )
    )


def sends(office: Office, desk: Desk, medium: IncomingMedia, words: str = "") -> None:
    incoming = Incoming(
        channel=Channel.WHATSAPP,
        key=f"wa:{medium.kind.value}:{words}",
        sender=ANNA,
        text=words,
        at_ms=office.clock.now_ms(),
        sender_name="Anna",
        media=medium,
    )
    Reception(office.store, office.gate).received(desk.device_id, [incoming])


def moves(office: Office, message_id: str, *states: MessageState, **more: Any) -> None:
    for state in states:
        office.store.write(lambda tx, state=state: messages.move(tx, message_id, state, **more))  # type: ignore[misc]


def test_a_text_is_told_with_who_wrote_it(office: Office, tilburg: Desk, heard: Heard) -> None:
    """In the form of the Cloud API; of SMS and of other numbers nothing."""
    office.writes(ANNA, tilburg, "Hoi 👋", name="Anna")
    office.writes("+31687654399", tilburg, channel=Channel.SMS)
    office.writes(ANNA, office.desk("Breda", "+31612345679"))
    (value,) = heard.next()
    number = tilburg.number[1:]
    contact = value["contacts"][0]
    assert value == {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number, "phone_number_id": number},
        "contacts": [
            {"profile": {"name": "Anna"}, "user_id": contact["user_id"], "wa_id": "31687654321"}
        ],
        "messages": [
            {
                "from_user_id": contact["user_id"],
                "from": "31687654321",
                "id": value["messages"][0]["id"],
                "timestamp": str(office.clock.now_ms() // 1000),
                "type": "text",
                "text": {"body": "Hoi 👋"},
            }
        ],
    }
    whole = json.loads(heard.bodies[0])
    assert (whole["object"], whole["entry"][0]["id"]) == ("whatsapp_business_account", number)
    assert whole["entry"][0]["changes"][0]["field"] == "messages"


def test_a_hidden_number_is_told_to_nobody(office: Office, tilburg: Desk, heard: Heard) -> None:
    office.writes(LID, tilburg, name="Bart")
    (value,) = heard.next()
    assert value["contacts"][0].keys() == {"profile", "user_id"}
    assert "from" not in value["messages"][0]
    assert LID.partition("@")[0].encode() not in heard.bodies[0]


def test_a_file_is_told_once_it_is_here_or_sure_not_to_come(
    office: Office, tilburg: Desk, heard: Heard, planning: Caller
) -> None:
    """A later change of it is no second message."""
    sends(office, tilburg, IncomingMedia(kind=MediaKind.IMAGE, sign="📷", words="Zo"), "Zo")
    photo = came(office)
    assert heard.next() == []
    media_id = planning.get(f"/messages/{photo}").json()["media"][0]["id"]
    file = KeptFile(sha256="ab" * 32, bytes=12)
    for _ in range(2):
        office.store.write(
            lambda tx: media_fetches.keep_file(
                tx,
                media_id,
                name="IMG.jpg",
                media_type="image/jpeg",
                kept=file,
                measured=Measured(),
            )
        )
    (value,) = heard.next()
    assert value["messages"][0]["image"] == {
        "id": ids.file_to(media_id),
        "mime_type": "image/jpeg",
        "sha256": file.sha256,
        "caption": "Zo",
    }
    sends(office, tilburg, IncomingMedia(kind=MediaKind.DOCUMENT, sign="📄", words="a.pdf"))
    assert heard.next() == []
    (gone,) = planning.get(f"/messages/{came(office)}").json()["media"]
    office.store.write(lambda tx: media_fetches.give_up(tx, gone["id"], MediaWhy.NOT_FOUND))
    (value,) = heard.next()
    assert value["messages"][0]["type"] == "unsupported"
    assert value["messages"][0]["errors"][0]["code"] == 131051


def test_a_place_and_a_card_are_told_by_what_the_phone_shows(
    office: Office, tilburg: Desk, heard: Heard
) -> None:
    for kind, name in ((MediaKind.LOCATION, "Markt 1"), (MediaKind.CONTACT, "Bart")):
        sends(
            office, tilburg, IncomingMedia(kind=kind, sign="x", words="", has_file=False, name=name)
        )
    place, card = (each["messages"][0] for each in heard.next())
    assert place["location"] == {"latitude": None, "longitude": None, "name": "Markt 1"}
    assert card["contacts"][0]["name"]["formatted_name"] == "Bart"


def test_what_is_changed_afterwards_is_told_as_that(
    office: Office, tilburg: Desk, heard: Heard
) -> None:
    """Words that were awaited are the message; an edit and a deletion name it."""
    office.writes(ANNA, tilburg, "", key="wa:1", form=TextForm.WAITING)
    assert heard.next() == []
    for words, form in (("Hoi", TextForm.WORDS), ("Hallo", TextForm.WORDS)):
        office.writes(ANNA, tilburg, words, key="wa:1", form=form)
    office.writes(ANNA, tilburg, "", key="wa:1", form=TextForm.DELETED)
    first, edit, gone = (each["messages"][0] for each in heard.next())
    assert first["text"] == {"body": "Hallo"}  # it is made when it is first sent
    assert (
        edit["edit"]["original_message_id"] == first["id"] == gone["revoke"]["original_message_id"]
    )
    assert edit["edit"]["message"] == {"type": "text", "text": {"body": "Hallo"}}
    assert len({first["id"], edit["id"], gone["id"]}) == 3
    assert ids.message_from(edit["id"]) == ids.message_from(first["id"])


def test_each_step_of_a_message_is_told_once_and_none_is_passed_over(
    office: Office, tilburg: Desk, heard: Heard, planning: Caller
) -> None:
    """With what its program gave it to carry; of a colleague's message nothing."""
    office.writes(ANNA, tilburg)
    sent = kept(office, post(planning, tilburg, text(biz_opaque_callback_data="shift-1")))["id"]
    native = planning.post({"line": tilburg.number, "to": ANNA, "text": "Hoi"}).json()["id"]
    heard.next()
    s = MessageState
    moves(office, native, s.SENDING, s.SENT)
    moves(office, sent, s.SENDING, s.UNCONFIRMED, s.QUEUED, s.SENDING, s.SENT, s.READ)
    told = [each["statuses"][0] for each in heard.next()]
    assert [each["status"] for each in told] == ["sent", "delivered", "read"]
    for each in told:
        assert (each["id"], each["biz_opaque_callback_data"]) == (ids.message_to(sent), "shift-1")
        assert (each["recipient_id"], "recipient_user_id" in each) == ("31687654321", True)
    assert heard.next() == []


@pytest.mark.parametrize(
    ("state", "reason", "code"),
    [
        (MessageState.FAILED, Reason.NOT_ON_WHATSAPP, 131026),
        (MessageState.CANCELLED, Reason.OPTED_OUT, 131050),
        (MessageState.EXPIRED, Reason.TOO_OLD, 131000),
    ],
)
def test_what_did_not_arrive_says_why(
    office: Office,
    tilburg: Desk,
    heard: Heard,
    planning: Caller,
    state: MessageState,
    reason: Reason,
    code: int,
) -> None:
    office.writes(ANNA, tilburg)
    sent = kept(office, post(planning, tilburg, text()))["id"]
    heard.next()
    moves(office, sent, state, reason=reason)
    (status,) = (each["statuses"][0] for each in heard.next())
    assert (status["status"], status["errors"][0]["code"]) == ("failed", code)


def test_a_reaction_names_what_it_is_on(
    office: Office, tilburg: Desk, heard: Heard, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    sent = kept(office, post(planning, tilburg, text("Tot morgen")))["id"]
    moves(office, sent, MessageState.SENDING, MessageState.SENT)
    heard.next()
    reaction = Reaction(
        key="r:1",
        channel=Channel.WHATSAPP,
        sender=ANNA,
        emoji="👍",
        quoted="Tot morgen",
        at_ms=office.clock.now_ms() + 1000,
    )
    Reception(office.store, office.gate).reacted(tilburg.device_id, [reaction])
    (told,) = (each["messages"][0] for each in heard.next())
    assert told["reaction"] == {"message_id": ids.message_to(sent), "emoji": "👍"}
    assert told["from"] == "31687654321"


def test_what_was_forgotten_is_told_no_more(
    office: Office, tilburg: Desk, heard: Heard, planning: Caller
) -> None:
    """Nor is what its program wanted to be told beside it kept any longer."""
    office.writes(ANNA, tilburg)
    sent = kept(office, post(planning, tilburg, text(biz_opaque_callback_data="Anna")))["id"]
    office.store.write(lambda tx: forgetting.forget_messages(tx, [came(office), sent]))
    assert heard.next() == []
    tracked = office.store.read(lambda conn: cloud_messages.find(conn, sent))
    assert tracked == Tracked(None)


def test_the_signature_is_made_with_the_tokens_key(heard: Heard) -> None:
    """And what is answered says whether it is tried again."""
    body, key = b'{"a":1}', "ab" * 32
    row = delivery(
        heard.endpoint,
        PlannedDelivery(type="x"),
        Event(seq=1, at_ms=0, kind=EventKind.MESSAGE_STATE),
    )
    headers = DIALECT.headers(heard.endpoint, Keys(signing_keys=[key]), row, body, 1)
    wanted = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={wanted}"
    assert DIALECT.keeps_bytes(replace(heard.endpoint))
    meant = [
        DIALECT.meaning(ReceiverAnswer(status=each)) for each in (200, 204, 302, 401, 500, 410)
    ]
    again = AnswerMeaning.AGAIN
    assert meant == [
        AnswerMeaning.TAKEN,
        AnswerMeaning.TAKEN,
        again,
        again,
        again,
        AnswerMeaning.GONE,
    ]


def test_nothing_of_who_was_erased_is_told(
    office: Office, tilburg: Desk, planning: Caller, heard: Heard
) -> None:
    """From the moment on when they are nobody, and still not when their messages are empty."""
    office.writes(ANNA, tilburg, "Kan ik ruilen?")
    (came,) = planning.get("/messages", direction="in").json()["items"]
    body = {"reason": "She asked by letter", "typed": "ERASE"}
    path = f"/api/v1/contacts/{came['contact']['id']}/erase"
    asks = planning.client.post(path, json=body, headers=planning.headers)
    assert asks.status_code == 202
    before = heard.seen
    while office.count("person_erasure_left") == 0:
        assert job.go_on(office.store)
    assert heard.next() == []
    while office.count("person_erasure_left"):
        assert job.go_on(office.store)
    heard.seen = before
    assert heard.next() == []

"""A conversation in which everything stands that is no plain text."""

from functools import partial

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.news_protocol import MissedCall, Quoting, Reaction, TypedByHand
from appliance.devices.protocol import Incoming
from appliance.media.files import KeptFile
from appliance.media.kinds import FileType, MediaKind
from appliance.queue.gate import ConsentGate
from appliance.store import media
from appliance.store.media import NewUpload
from appliance.store.store import Tx
from tests.e2e.conftest import Place
from tests.e2e.filled import UTRECHT

FATIMA = "+31612345611"
OURS = "Mooi. Er is plek bij het distributiecentrum in Nieuwegein"
FILES = (
    (MediaKind.IMAGE, "image/jpeg", "pas.jpg"),
    (MediaKind.VOICE, "audio/ogg", "spraak.ogg"),
    (MediaKind.DOCUMENT, "application/pdf", "Diploma VCA basis 2026.pdf"),
    (MediaKind.VIDEO, "video/mp4", "loods.mp4"),
)


def liven(place: Place) -> None:
    reception = Reception(place.store, ConsentGate())
    device_id, now_ms = place.desk.filled.devices[UTRECHT], place.services.clock.now_ms()
    seen = IncomingMedia(kind=MediaKind.IMAGE, sign="①", words="", once=True)
    told = Incoming(
        channel=Channel.WHATSAPP, key="once", sender=FATIMA, text="① Foto", at_ms=now_ms, media=seen
    )
    reception.received(device_id, [told])
    quoting = Quoting(key="once", channel=Channel.WHATSAPP, sender=FATIMA, quoted=OURS)
    reception.quoted(device_id, [quoting])
    reaction = Reaction(
        key="reacted",
        channel=Channel.WHATSAPP,
        sender=FATIMA,
        emoji="🎉",
        quoted=OURS,
        at_ms=now_ms,
    )
    reception.reacted(device_id, [reaction])
    call = MissedCall(key="call", number=FATIMA, at_ms=now_ms, channel=Channel.WHATSAPP)
    reception.missed_calls(device_id, [call])
    by_hand = TypedByHand(
        channel=Channel.WHATSAPP, key="by-hand", to=FATIMA, text="Ik bel je zo.", at_ms=now_ms
    )
    reception.typed(device_id, [by_hand])
    for kind, mime, name in FILES:
        conversation_id = place.desk.receive(UTRECHT, "Fatima El Idrissi", FATIMA, "")
        kept = KeptFile(sha256="ab" * 32, bytes=48_000)
        file = NewUpload(told=FileType(kind=kind, type=mime), name=name, kept=kept)
        place.store.write(partial(_attach, conversation_id, file))


def _attach(conversation_id: str, file: NewUpload, tx: Tx) -> None:
    message = tx.conn.execute(
        "SELECT max(id) AS id FROM message WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    media.attach(tx.conn, message["id"], [media.add_upload(tx, file).id])

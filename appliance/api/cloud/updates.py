"""A message that came in, as the Cloud API's webhooks tell it."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from appliance.api.cloud import ids
from appliance.api.cloud.errors import UNSUPPORTED
from appliance.channels import Channel
from appliance.desk.inbox.records import MessageRecord
from appliance.events import Event
from appliance.identities import TEL, WHATSAPP_LID, Identity
from appliance.identities import told as told_identity
from appliance.media.kinds import MediaKind, MediaState
from appliance.store.media import Media

CHANNEL = Channel.WHATSAPP
_MS_PER_S = 1000
_TYPES: Mapping[MediaKind, str] = {
    MediaKind.IMAGE: "image",
    MediaKind.VIDEO: "video",
    MediaKind.VOICE: "audio",
    MediaKind.AUDIO: "audio",
    MediaKind.DOCUMENT: "document",
    MediaKind.STICKER: "sticker",
}

Told = Mapping[str, Any]
"""The members of `value` beside those that each has."""


def told(record: MessageRecord, what: str, part: int, event: Event) -> Told | None:
    """None where nothing is left to say. `part` counts the files of one message."""
    content: Told | None
    if what == "reaction":
        content = _reaction(record)
    elif what == "revoke":
        content = {"type": "revoke", "revoke": {"original_message_id": ids.message_to(record.id)}}
    else:
        content = _content(record, part)
    if content is None:
        return None
    if what == "edit":
        edit = {"original_message_id": ids.message_to(record.id), "message": content}
        content = {"type": "edit", "edit": edit}
    is_new = what == "message"
    of = (part or None) if is_new else event.seq
    message = {
        **_from(record),
        "id": ids.message_to(record.id, of=of),
        "timestamp": seconds(record.happened_ms if is_new else event.at_ms),
        **content,
    }
    if is_new and record.quotes:
        message["context"] = {"id": ids.message_to(record.quotes)}
    return {"messages": [message]}


def posted(record: MessageRecord, told: Told) -> bytes:
    """The whole body."""
    number = ids.phone_to(record.line_number)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number, "phone_number_id": number},
        "contacts": [_contact(record)],
        **told,
    }
    change = {"value": value, "field": "messages"}
    body = {"object": "whatsapp_business_account", "entry": [{"id": number, "changes": [change]}]}
    return json.dumps(body, separators=(",", ":")).encode()


def seconds(at_ms: int) -> str:
    return str(at_ms // _MS_PER_S)


def account(record: MessageRecord) -> tuple[str | None, str]:
    """The digits of the number, which a hidden one does not have, and the user id."""
    identity = _identity(record)
    number = ids.phone_to(identity.value) if identity.is_tel else None
    return number, ids.user_to(record.contact_id or "", identity)


def _identity(record: MessageRecord) -> Identity:
    return told_identity(record.number, WHATSAPP_LID, TEL)


def _contact(record: MessageRecord) -> Told:
    number, user_id = account(record)
    name = record.name or number or "?"
    contact = {"profile": {"name": name}, "user_id": user_id}
    return contact if number is None else {**contact, "wa_id": number}


def _from(record: MessageRecord) -> Told:
    number, user_id = account(record)
    return {"from_user_id": user_id, **({} if number is None else {"from": number})}


def _reaction(record: MessageRecord) -> Told | None:
    """The latest; in a chat of two it is theirs."""
    if not record.reactions:
        return None
    emoji = record.reactions[-1].emoji
    message_id = ids.message_to(record.id)
    return {"type": "reaction", "reaction": {"message_id": message_id, "emoji": emoji}}


def _content(record: MessageRecord, part: int) -> Told | None:
    """Its type, with what belongs to that; the text stands beside the first file."""
    text = "" if part else record.text
    if part < len(record.media):
        return _of_file(record.media[part], text)
    return {"type": "text", "text": {"body": text}} if text and not part else None


def _of_file(media: Media, text: str) -> Told | None:
    if media.state is MediaState.ERASED:
        return None
    special = _WITHOUT_FILE.get(media.kind)
    if special is not None:
        return special(media)
    if media.here is None:
        return _missing(media, text)
    kind = _TYPES[media.kind]
    told: dict[str, Any] = {
        "id": ids.file_to(media.id),
        "mime_type": media.type,
        "sha256": media.sha256,
    }
    if text and kind != "audio":
        told["caption"] = text
    if kind == "document":
        told["filename"] = media.name
    if kind == "audio":
        told["voice"] = media.kind is MediaKind.VOICE
    if kind == "sticker":
        told["animated"] = False
    return {"type": kind, kind: told}


def _missing(media: Media, text: str) -> Told:
    """The file stays on the phone. What was written with it is told all the same."""
    if text:
        return {"type": "text", "text": {"body": text}}
    error = {
        "code": UNSUPPORTED,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": f"The file ({media.kind.value}) is on the phone alone."},
    }
    return {"type": "unsupported", "errors": [error], "unsupported": {"type": media.kind.value}}


def _location(media: Media) -> Told:
    """A phone shows the name of a place and not where it is."""
    place = {"latitude": None, "longitude": None, **({"name": media.name} if media.name else {})}
    return {"type": "location", "location": place}


def _card(media: Media) -> Told:
    name = media.name.removesuffix(".vcf") or "?"
    card = {"name": {"formatted_name": name, "first_name": name}, "phones": list[object]()}
    cards: Sequence[object] = [card]
    return {"type": "contacts", "contacts": cards}


_WITHOUT_FILE: Mapping[MediaKind, Callable[[Media], Told]] = {
    MediaKind.LOCATION: _location,
    MediaKind.CONTACT: _card,
}

"""The entries of an archive: what a conversation, a message and a missed call say of themselves.

PDF and JSON are made of the same entries, so neither holds what the other lacks.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from appliance.api.json.times import iso, iso_or_none
from appliance.api.web.words import archive_sentences, bubble_sentences, media_sentences
from appliance.api.web.words.i18n import Words
from appliance.api.web.words.proof_sentences import facts
from appliance.desk.inbox.bubbles import Bubble, CallMark
from appliance.desk.inbox.thread import Conversation
from appliance.desk.privacy.archive.content import ArchivedThread
from appliance.store.media import Media

Entry = Mapping[str, Any]
_ENDINGS = {"image/jpeg": "jpg", "audio/ogg": "ogg", "video/mp4": "mp4", "text/plain": "txt"}


def thread_entry(thread: ArchivedThread) -> dict[str, Any]:
    about = thread.about
    return {
        "kind": "conversation",
        "id": about.id,
        "line": about.line_number,
        "branch": about.branch,
        "zone": about.zone,
        "contact": about.contact_id,
        "group": about.group_id,
        "name": about.name,
        "identities": [{"scheme": each.scheme, "value": each.value} for each in about.to],
        "personnel_number": thread.personnel_number,
    }


def call_entry(words: Words, call: CallMark, about: Conversation) -> dict[str, Any]:
    return {
        "kind": "call",
        "conversation": about.id,
        "id": call.id,
        "at": iso(call.at_ms),
        "local": archive_sentences.stamp(words, call.at_ms, about.zone),
        "from": about.title,
        "channel": call.channel.name if call.channel else None,
        "text": bubble_sentences.missed_call(words, call),
    }


def message_entry(words: Words, bubble: Bubble, about: Conversation, now_ms: int) -> dict[str, Any]:
    """`from` is who speaks; `marks` is what happened to it, `proof` what is proven of it, in
    words.
    """
    at = archive_sentences.stamp(words, bubble.at_ms, about.zone)
    return {
        "kind": "message",
        "conversation": about.id,
        "id": bubble.id,
        "at": iso(bubble.at_ms),
        "local": at if bubble.dated else words.text("day not known"),
        "direction": bubble.direction.value,
        "from": bubble_sentences.speaker(words, bubble, about),
        "to": about.title if bubble.mine else about.line_number,
        "channel": bubble.channel.name if bubble.channel else None,
        "state": bubble.state.value,
        "text": bubble.text,
        "earlier": list(bubble.earlier),
        "deleted": bubble.deleted,
        "by_hand": bubble.by_hand,
        "imported": bubble.imported,
        "quoted": None if bubble.quoted is None else bubble.quoted.text,
        "reactions": list(bubble.reactions),
        "media": [_file(words, each) for each in bubble.media],
        "written_at": iso_or_none(bubble.written_ms),
        "sent_at": iso_or_none(bubble.sent_ms),
        "delivered_at": iso_or_none(bubble.delivered_ms),
        "read_at": iso_or_none(bubble.read_ms),
        "marks": archive_sentences.marks(words, bubble, about.zone, now_ms),
        "proof": _proof(words, bubble, about.zone) if bubble.mine else [],
    }


def _proof(words: Words, bubble: Bubble, zone: str) -> Sequence[dict[str, Any]]:
    return [
        {
            "at": iso_or_none(fact.at_ms),
            "local": archive_sentences.stamp(words, fact.at_ms, zone) if fact.at_ms else None,
            "sentence": fact.sentence,
        }
        for fact in facts(words, bubble)
    ]


def _file(words: Words, media: Media) -> dict[str, Any]:
    """`file` is its name in the ZIP; None where Balie does not have it, and `why` says why."""
    return {
        "id": media.id,
        "what": media_sentences.kind(words, media),
        "name": media.name,
        "type": media.type,
        "bytes": media.bytes,
        "sha256": media.sha256,
        "file": file_name(media) if media.here else None,
        "why": media_sentences.state(words, media) or None,
    }


def file_name(media: Media) -> str:
    """By its content, so that nobody's file name decides where something is unpacked."""
    ending = _ENDINGS.get(media.type) or media.type.partition("/")[2].partition("+")[0]
    safe = ending if ending.isascii() and ending.isalnum() and len(ending) <= 5 else "bin"  # noqa: PLR2004 -- letters
    return f"media/{media.here}.{safe}"

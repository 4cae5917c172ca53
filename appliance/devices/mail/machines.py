"""Mails that no person wrote to us: answers of machines, lists, and what a server could not
deliver.
"""

import re
from dataclasses import dataclass
from email.message import Message

_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_MARKS = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
_MACHINES = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+=-].*)?", re.IGNORECASE
)
_OURS = re.compile(r"<balie\.([0-9a-zA-Z-]{8,64})@[^>\s]+>")
_FAILED = re.compile(r"^5\.\d{1,3}\.\d{1,3}$")
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """`attempt_id`: of the mail that did not arrive. `words` are those of the server there."""

    attempt_id: str
    words: str


def message_id_of(attempt_id: str, domain: str) -> str:
    return f"<balie.{attempt_id}@{domain}>"


def is_of_a_machine(mail: "Message[str, str]", sender: str) -> bool:
    """RFC 3834 and what mail programs do beside it."""
    automatic = _said(mail, "Auto-Submitted")
    if automatic and not automatic.startswith("no"):
        return True
    if _said(mail, "Precedence") in _BULK or any(mail.get(each) for each in _MARKS):
        return True
    path = mail.get("Return-Path")
    if path is not None and str(path).strip() == "<>":
        return True
    if mail.get_content_type() == "multipart/report":
        return True
    return _MACHINES.fullmatch(sender.rpartition("@")[0]) is not None


def bounce_of(mail: "Message[str, str]") -> Bounce | None:
    """Of a mail of ours that will never arrive (RFC 3464). None for a delay, and for what names no
    mail that Balie could have written.
    """
    if mail.get_content_type() != "multipart/report":
        return None
    words, ours = None, None
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            words = words or _failure(part)
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            found = _OURS.search(_text_of(part))
            ours = ours or (found.group(1) if found else None)
    if words is None or ours is None:
        return None
    return Bounce(attempt_id=ours, words=words)


def _failure(part: "Message[str, str]") -> str | None:
    """Of the first recipient whom it failed for: we write to one at a time."""
    blocks = part.get_payload()
    for each in blocks if isinstance(blocks, list) else ():
        if isinstance(each, str) or str(each.get("Action", "")).strip().lower() != "failed":
            continue
        status = str(each.get("Status", "")).strip().split(" ")[0]
        if status and not _FAILED.match(status):
            continue
        said = str(each.get("Diagnostic-Code", "")) or f"status {status}"
        return " ".join(said.split())[:_LONGEST]
    return None


def _text_of(part: "Message[str, str]") -> str:
    inside = part.get_payload()
    if isinstance(inside, list):
        first = inside[0] if inside else ""
        return first if isinstance(first, str) else str(first.get("Message-ID", ""))
    return str(inside)


def _said(mail: "Message[str, str]", name: str) -> str:
    return str(mail.get(name, "")).strip().lower()

"""The links that open a chat: wa.me, api.whatsapp.com and whatsapp://send."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class ChatLink:
    """`number` is in E.164, or empty when the link's is none; `text` None leaves the draft."""

    number: str
    text: str | None


def read_link(uri: str) -> ChatLink | None:
    """What the link asks for, None when it is no link to a chat."""
    parts = urlsplit(uri)
    query = parse_qs(parts.query, keep_blank_values=True)
    text = query["text"][0] if "text" in query else None
    if parts.scheme in {"http", "https"} and parts.hostname == "wa.me":
        return ChatLink(_number(parts.path.strip("/")), text)
    api = parts.scheme in {"http", "https"} and parts.hostname == "api.whatsapp.com"
    if api or (parts.scheme == "whatsapp" and parts.hostname == "send"):
        return ChatLink(_number(query.get("phone", [""])[0]), text)
    return None


def _number(digits: str) -> str:
    plain = digits.strip().removeprefix("+")
    return f"+{plain}" if plain.isascii() and plain.isdigit() and len(plain) >= 7 else ""

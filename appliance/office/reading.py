"""Reads one JSON value from the other side of the link: what is not as it must be is Malformed.

The other side is a machine that may be stolen, broken or newer. Fields that nobody knows here are
passed over; those that are known must be of their type and within their bounds.
"""

import base64
import binascii
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

MAX_INT = 2**63 - 1
MAX_ID = 128
MIN_MS, MAX_MS = -(2**45), 2**47
"""Times in the years 855 and 6429; no calendar of a computer goes on for ever."""
MAX_DEPTH = 32


class Malformed(ValueError):
    """The sentence names the field, and never says what stood there."""


def parsed(raw: bytes) -> "Fields":
    """One JSON object of UTF-8. Raises Malformed."""
    try:
        found = json.loads(
            raw.decode("utf-8"), parse_constant=_no_number, parse_float=_finite_number
        )
    except (ValueError, RecursionError):
        raise Malformed("no JSON") from None
    return Fields(found, "it")


def _no_number(_: str) -> float:
    raise ValueError


def _finite_number(text: str) -> float:
    """JSON can write numbers that are too great for one, and nobody could be told of them."""
    found = float(text)
    if not math.isfinite(found):
        raise ValueError
    return found


class Fields:
    """An object whose fields are asked one by one. `where` says in errors what it is."""

    def __init__(self, found: object, where: str) -> None:
        if not isinstance(found, dict):
            raise Malformed(f"{where} is no object")
        self.all: Mapping[str, Any] = found
        self._where = where

    def text(self, name: str, *, most: int = 10_000) -> str:
        found = self.all.get(name)
        if not isinstance(found, str) or len(found) > most or not is_utf8(found):
            raise self.wrong(name)
        return found

    def text_or_none(self, name: str, *, most: int = 10_000) -> str | None:
        return None if self.all.get(name) is None else self.text(name, most=most)

    def id(self, name: str) -> str:
        if not (found := self.text(name, most=MAX_ID)):
            raise self.wrong(name)
        return found

    def id_or_none(self, name: str) -> str | None:
        return None if self.all.get(name) is None else self.id(name)

    def number(self, name: str, *, least: int = 0) -> int:
        found = self.all.get(name)
        if not is_whole(found) or not least <= found <= MAX_INT:
            raise self.wrong(name)
        return found

    def number_or_none(self, name: str, *, least: int = 0) -> int | None:
        return None if self.all.get(name) is None else self.number(name, least=least)

    def time(self, name: str) -> int:
        """Milliseconds since 1970."""
        found = self.number(name)
        if found > MAX_MS:
            raise self.wrong(name)
        return found

    def time_or_none(self, name: str) -> int | None:
        return None if self.all.get(name) is None else self.time(name)

    def yes(self, name: str) -> bool:
        found = self.all.get(name)
        if not isinstance(found, bool):
            raise self.wrong(name)
        return found

    def part(self, name: str) -> "Fields":
        return Fields(self.all.get(name), name)

    def facts(self, name: str) -> Mapping[str, Any]:
        """An object that is kept as it came; where there is none, an empty one."""
        found = self.all.get(name)
        if found is None:
            return {}
        if not isinstance(found, dict) or not is_shallow(found):
            raise self.wrong(name)
        return found

    def items(self, name: str, *, most: int) -> Sequence[object]:
        found = self.all.get(name)
        if not isinstance(found, list) or len(found) > most:
            raise self.wrong(name)
        return found

    def raw(self, name: str) -> bytes:
        return bytes_of(self.all.get(name), name)

    def wrong(self, name: str) -> Malformed:
        return Malformed(f"“{name}” of {self._where} is missing or wrong")


def is_whole(found: object) -> TypeGuard[int]:
    return isinstance(found, int) and not isinstance(found, bool)


def is_utf8(found: str) -> bool:
    """JSON can name half of a pair, which is no text."""
    try:
        found.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_shallow(found: object, depth: int = MAX_DEPTH) -> bool:
    """Its texts are texts, and it does not nest deeper than that."""
    if isinstance(found, str):
        return is_utf8(found)
    if isinstance(found, dict):
        return depth > 0 and all(
            is_utf8(name) and is_shallow(each, depth - 1) for name, each in found.items()
        )
    if isinstance(found, list):
        return depth > 0 and all(is_shallow(each, depth - 1) for each in found)
    return not is_whole(found) or abs(found) <= MAX_INT


def bytes_of(found: object, name: str) -> bytes:
    try:
        return base64.b64decode(found if isinstance(found, str) else "?", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"“{name}” is no base64") from None


def base64_of(given: bytes) -> str:
    return base64.b64encode(given).decode("ascii")


def plain(value: object) -> bytes:
    """One spelling of a JSON value: what is signed, and what is compared."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()

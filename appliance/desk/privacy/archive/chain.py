"""The chain of hashes that proves an archive: each entry is hashed with the hash before it.

So an entry that is changed, left out, put in or moved breaks all that come after it, and the last
hash stands for the whole. The first one hashes what the archive is of.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

VERSION = 1
SHORT = 12
"""Digits that are printed beside each entry."""


class Chain:
    """`last` is the hash of the newest link, in hex."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        self.last = hashlib.sha256(canonical(about)).hexdigest()
        self.links = 0

    def add(self, entry: Mapping[str, Any]) -> str:
        """Its hash: SHA-256 of the hash before it in hex and of the entry's canonical JSON."""
        self.last = hashlib.sha256(self.last.encode() + canonical(entry)).hexdigest()
        self.links += 1
        return self.last


def canonical(entry: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8 with sorted names and no spaces. What an entry says of its own hash is no part
    of it.
    """
    told = {name: value for name, value in entry.items() if name != "chain"}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")

"""What a company keeps at its boxes is asked of the box when somebody with rights opens it.

The replica has been read by then, so the right is proven. Where the box is cut off, the answer is
the replica's, with a header that says so: ids, states and times are right, texts and names blank.
"""

import hashlib
import json
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request

from appliance.api.json.callers import Caller
from appliance.office.api.seen_boxes import SeenBox, asker_of
from appliance.office.head.callers import head_of
from appliance.office.link import SIGN_OF_LIFE_S, FetchAnswer
from appliance.slices import Privacy

WITHHELD = "Balie-Withheld"
"""A header of answers in which something is blank: `box-away`, because the box that has it could
not be asked; `too-large`, because it has more than a box gives at once; `privacy`, because the
company lets no more of it leave its boxes.
"""
WAITS_S = 5.0
_MARK = "~"
"""Begins what stands for a value that only its box has (`store/slice_privacy.py`)."""
KEPT_S = 15 * 60.0
MAX_BYTES = 64 * 1024 * 1024
_SIGNS_MISSED = 3
_MS_PER_S = 1000
_Key = tuple[str, str, bytes]


def without_marks(value: Any) -> Any:
    """A body from a replica, in which what stands for a number there is blank."""
    if isinstance(value, dict):
        return {name: _unmarked(name, each) for name, each in value.items()}
    return [without_marks(each) for each in value] if isinstance(value, list) else value


def _unmarked(name: str, value: Any) -> Any:
    is_mark = name == "number" and isinstance(value, str) and value.startswith(_MARK)
    return "" if is_mark else without_marks(value)


class FetchedMemory:
    """What boxes answered, for `KEPT_S`, and never on a disk. For every thread."""

    def __init__(
        self, now_s: Callable[[], float] = time.monotonic, *, most_bytes: int = MAX_BYTES
    ) -> None:
        self._now_s = now_s
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[float, FetchAnswer]] = OrderedDict()
        self._bytes = 0
        self._forgotten: Counter[str] = Counter()

    def find(self, key: _Key) -> FetchAnswer | None:
        with self._lock:
            self._let_go()
            found = self._kept.get(key)
            return None if found is None else found[1]

    def mark(self, box_id: str) -> int:
        """Of what is asked of a box from now on: it is kept unless the box is forgotten before it
        has answered.
        """
        with self._lock:
            return self._forgotten[box_id]

    def keep(self, key: _Key, answer: FetchAnswer, mark: int) -> None:
        with self._lock:
            if mark != self._forgotten[key[0]]:
                return
            self._drop(key)
            self._kept[key] = (self._now_s() + KEPT_S, answer)
            self._bytes += len(answer.body)
            self._let_go()

    def forget(self, box_id: str) -> None:
        """All that this box answered."""
        with self._lock:
            self._forgotten[box_id] += 1
            for key in [each for each in self._kept if each[0] == box_id]:
                self._drop(key)

    def _drop(self, key: _Key) -> None:
        if (before := self._kept.pop(key, None)) is not None:
            self._bytes -= len(before[1].body)

    def _let_go(self) -> None:
        """The oldest stand first."""
        while self._kept:
            key, (until_s, _) = next(iter(self._kept.items()))
            if until_s > self._now_s() and self._bytes <= self._most_bytes:
                return
            self._drop(key)


async def whole(
    request: Request, caller: Caller, box: SeenBox, body: dict[str, Any]
) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Body and headers of the answer to a read of one thing; `body` is what the replica says.

    What was fetched counts as long as the replica says the same: a message that changed is asked
    for anew. It is forgotten once somebody is erased there, or less may be known.
    """
    if box.privacy is Privacy.ALL:
        return body, {}
    if box.privacy is Privacy.FIGURES:
        return without_marks(body), {WITHHELD: why_blank(box)}
    memory: FetchedMemory = request.app.state.fetched
    key, mark = (box.id, _address(request), _digest(body)), memory.mark(box.id)
    told = memory.find(key) or await asked_of_box(request, caller, box)
    if told is None or told.status != HTTPStatus.OK:
        is_too_large = told is not None and told.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        why = "too-large" if is_too_large else why_blank(box)
        return without_marks(body), {WITHHELD: why}
    memory.keep(key, told, mark)
    return json.loads(told.body), {}


def _digest(body: dict[str, Any]) -> bytes:
    return hashlib.blake2b(json.dumps(body).encode(), digest_size=16).digest()


def _address(request: Request) -> str:
    path, query = request.url.path, request.url.query
    return f"{path}?{query}" if query else path


async def asked_of_box(request: Request, caller: Caller, box: SeenBox) -> FetchAnswer | None:
    """What the box itself answers at this address. None: it may not be asked, or did not answer."""
    if box.privacy is Privacy.FIGURES or is_away(box, caller.services.clock.now_ms()):
        return None
    head = head_of(request)
    return await head.fetches.ask(box.id, _address(request), asker_of(caller), within_s=WAITS_S)


def is_away(box: SeenBox, now_ms: int) -> bool:
    """It has given no sign of life for a while, so nobody waits for it."""
    patience_ms = SIGN_OF_LIFE_S * _SIGNS_MISSED * _MS_PER_S
    return box.seen_ms is None or now_ms - box.seen_ms > patience_ms


def why_blank(box: SeenBox) -> str:
    return "privacy" if box.privacy is Privacy.FIGURES else "box-away"

"""Files that lie at a box, asked of it piece by piece when somebody opens one.

Nothing of them comes onto a disk of the office; what was asked for last is kept in memory.
"""

import json
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request

from appliance.media.kinds import MediaKind, MediaState
from appliance.office.api.fetched import FetchedMemory
from appliance.office.head.callers import head_of
from appliance.office.link import FetchAnswer
from appliance.office.web.places import AtBox
from appliance.store.media import Media

PIECE = 1024 * 1024
"""Of one question: other commands of the box go in between."""
PIECE_S = 20.0
_OF_A_THREAD = 200


def media_told(told: Mapping[str, Any]) -> Sequence[Media]:
    """The files of a message or a note, as the box's API has it."""
    return [_media(each) for each in told.get("media") or ()]


def _media(told: Mapping[str, Any]) -> Media:
    names = ("id", "type", "name", "sha256", "bytes", "seconds", "width", "height")
    return Media(
        **{name: told.get(name) for name in names},  # type: ignore[arg-type]
        kind=MediaKind(told["kind"]),
        state=MediaState(told["state"]),
        why=None,
        staff_id=None,
        token_id=None,
        created_ms=0,
    )


async def media_of(request: Request, at: AtBox, named: str, media_id: str) -> Media | None:
    """That file of that message or note of the conversation, as its box tells it. None: it is none,
    or the box does not answer.
    """
    place = f"/api/v1/conversations/{at.about.id}"
    for path in (f"/api/v1/messages/{uuid.UUID(named)}", f"{place}/notes?limit={_OF_A_THREAD}"):
        for fresh in (False, True):  # what was kept may be of before the file came
            answer = await _asked(request, at, path, b"", fresh=fresh)
            if answer is None:
                return None
            found = _file_in(answer, at, named, media_id)
            if found is not None and found.here is not None:
                return found
    return None


def _file_in(answer: FetchAnswer, at: AtBox, named: str, media_id: str) -> Media | None:
    if answer.status != HTTPStatus.OK:
        return None
    for each in _things(answer):
        if each.get("id") == named and each.get("conversation") == at.about.id:
            return next((one for one in media_told(each) if one.id == media_id), None)
    return None


def _things(answer: FetchAnswer) -> Sequence[Mapping[str, Any]]:
    body: Any = json.loads(answer.body)
    found: Sequence[Mapping[str, Any]] = body.get("items", [body])
    return found


@dataclass(frozen=True, slots=True)
class FileAtBox:
    """Asked for as it is read."""

    request: Request
    at: AtBox
    media: Media

    @property
    def size(self) -> int:
        return self.media.bytes or 0

    async def thumbnail(self) -> bytes | None:
        """None where there is none, or the box does not answer."""
        path = f"/api/v1/media/{self.media.id}/thumbnail"
        answer = await _asked(self.request, self.at, path, self._mark)
        return answer.body if answer is not None and answer.status == HTTPStatus.OK else None

    async def piece(self, number: int) -> bytes | None:
        """None where the box does not answer, or with something else."""
        first = number * PIECE
        last = min(first + PIECE, self.size) - 1
        part = f"bytes={first}-{last}" if self.size > PIECE else None
        path = f"/api/v1/media/{self.media.id}"
        mark = self._mark + str(number).encode()
        answer = await _asked(self.request, self.at, path, mark, part)
        wanted = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
        if answer is None or answer.status != wanted or len(answer.body) != last - first + 1:
            return None
        return answer.body

    async def stretch(self, first: int, last: int) -> AsyncIterator[bytes]:
        """Its bytes from one to the other, both among them. It breaks off where the box does: who
        reads sees that by the length.
        """
        for number in range(first // PIECE, last // PIECE + 1):
            found = await self.piece(number)
            if found is None:
                raise ConnectionAbortedError("the box does not answer any more")
            begin = number * PIECE
            yield found[max(first - begin, 0) : last - begin + 1]

    @property
    def _mark(self) -> bytes:
        return (self.media.sha256 or "").encode()


async def _asked(
    request: Request,
    at: AtBox,
    path: str,
    mark: bytes,
    part: str | None = None,
    *,
    fresh: bool = False,
) -> FetchAnswer | None:
    memory: FetchedMemory = request.app.state.fetched_files
    key, now = (at.box.id, path, mark), memory.mark(at.box.id)
    if not fresh and (found := memory.find(key)) is not None:
        return found
    if at.is_away:
        return None
    fetches = head_of(request).fetches
    told = await fetches.ask(at.box.id, path, at.by, within_s=PIECE_S, part=part)
    if told is not None and told.status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        memory.keep(key, told, now)
    return told

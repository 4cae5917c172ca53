"""The row of one medium in an open chat: whether it waits to be downloaded, and where one taps."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.devices.media_protocol import WantedFile
from appliance.devices.phone.phone_clock import (
    MINUTES_PER_DAY,
    MS_PER_MINUTE,
    PhoneClock,
    is_between,
)
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import canonical
from appliance.devices.phone.whatsapp.media import is_same
from appliance.devices.phone.whatsapp.rows import MessageRow, list_of, read_rows
from appliance.media.kinds import MediaKind

# WhatsApp always downloads these by itself, and their button plays them.
_PLAYED_BY_BUTTON = frozenset({MediaKind.VOICE, MediaKind.AUDIO})


_BOTH_SIDES = 2


class RowSays(Enum):
    #: It is not downloaded.
    DOWNLOAD = "download"
    #: It was not, and is since its button was tapped.
    COME = "come"
    #: It is there, and downloaded.
    HERE = "here"
    #: Nothing but a text begins so at that minute.
    TEXT = "text"
    #: It does not show, or several rows may be it.
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """`tap` is its button, `at` its place among the `alike` rows that show."""

    says: RowSays
    tap: tuple[int, int] | None = None
    at: int = 0
    alike: int = 0


def find_row(
    app: Screen, wanted: WantedFile, others: Sequence[WantedFile], clock: PhoneClock
) -> FoundRow:
    """Of several that look alike the one at the place of `wanted` among `others`, where there are
    as many. An album has one button for all.
    """
    at_minute = _at_minute(app, wanted, clock)
    media = _alike(at_minute, wanted)
    if not media:
        said = any(row.media is None and _same_text(row, _told(wanted)) for _, row in at_minute)
        return FoundRow(says=RowSays.TEXT if said else RowSays.UNCLEAR)
    if wanted.kind in _PLAYED_BY_BUTTON:
        return FoundRow(says=RowSays.HERE)
    waiting = [(at, button) for at, view in enumerate(media) if (button := _button(view))]
    if not waiting:
        return FoundRow(says=RowSays.HERE)
    is_album = len(waiting) == 1 and media[0].first("media_grid")
    place = 0 if is_album else _place_among(wanted, others, len(waiting), clock)
    if place is None or waiting[place][1].box.empty:
        return FoundRow(says=RowSays.UNCLEAR)
    at, button = waiting[place]
    return FoundRow(says=RowSays.DOWNLOAD, tap=button.box.centre, at=at, alike=len(media))


def is_here(app: Screen, wanted: WantedFile, tapped: FoundRow, clock: PhoneClock) -> bool:
    """Whether the row that was tapped has no button any more; not where others came beside it."""
    media = _alike(_at_minute(app, wanted, clock), wanted)
    return len(media) == tapped.alike and _button(media[tapped.at]) is None


def _button(row: View) -> View | None:
    return row.first("control_btn", "control_frame")


def _told(wanted: WantedFile) -> str:
    return f"{wanted.sign} {wanted.words}".strip()


def _at_minute(
    app: Screen, wanted: WantedFile, clock: PhoneClock
) -> Sequence[tuple[View, MessageRow]]:
    minute = clock.minute_of_day(wanted.written_ms)
    return [
        (view, row)
        for view, row in _drawn(app)
        if not row.own and is_between(row.time, minute, minute)
    ]


def _alike(drawn: Sequence[tuple[View, MessageRow]], wanted: WantedFile) -> Sequence[View]:
    told = _told(wanted)
    return [
        view
        for view, row in drawn
        if row.media is not None and is_same(row.media, row.text or row.detail, told)
    ]


def _place_among(
    wanted: WantedFile, others: Sequence[WantedFile], rows: int, clock: PhoneClock
) -> int | None:
    """None where there are more or fewer rows than messages that may be theirs."""
    minute = clock.minute_of_day(wanted.written_ms)
    alike = [
        each
        for each in others
        if (each.chat, each.sign) == (wanted.chat, wanted.sign)
        and abs(each.written_ms - wanted.written_ms) < MINUTES_PER_DAY // 2 * MS_PER_MINUTE
        and _is_beside(clock.minute_of_day(each.written_ms), minute)
    ]
    ordered = sorted([wanted, *alike], key=lambda each: (each.written_ms, each.media_id))
    return ordered.index(wanted) if len(ordered) == rows else None


def _is_beside(minute: int, other: int) -> bool:
    """As `is_between` allows for rows."""
    return (minute - other + 1) % MINUTES_PER_DAY <= _BOTH_SIDES


def _drawn(app: Screen) -> list[tuple[View, MessageRow]]:
    messages = list_of(app)
    views = [child for child in messages.children if child.first("date")] if messages else []
    return list(zip(views, read_rows(app)[0], strict=True))


def _same_text(row: MessageRow, told: str) -> bool:
    """A dump loses emoji, so what stands behind the sign is compared."""
    return canonical(row.text).endswith(canonical(told[1:])) and bool(told[1:].strip())

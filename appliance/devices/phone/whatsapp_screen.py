"""What WhatsApp shows, told by structure first and by words where structure says too little."""

import re
from dataclasses import dataclass

from appliance.devices.phone.phrases import (
    READ_MORE,
    SEARCHING,
    DialogKind,
    StopKind,
    dialog_kind,
    stop_kind,
    tick_of,
)
from appliance.devices.phone.screen import Box, Screen, View
from appliance.devices.phone.texts import as_dumped, canonical, is_number, label, number_in
from appliance.devices.protocol import Tick

PACKAGES = ("com.whatsapp", "com.whatsapp.w4b")

# The last row of a full list ends this near to its edge (0 to 10 px in the dumps seen).
_EDGE_PX = 30

# A cut message is recognised by at least this much of its beginning.
_SHORTEST_PREFIX = 60

# What a row holds when it is no text: an id of its own, and the sign WhatsApp's notifications use.
_MEDIA = (
    (("sticker_image", "sticker_root"), "💟"),
    (("control_btn", "audio_seekbar"), "🎤"),
    (("file_type", "file_size", "bullet_file_size"), "📄"),
    (("place_name",), "📍"),
    (("vcard_text",), "👤"),
    (("poll_name",), "📊"),
    (("call_log_title",), "📞"),
    (("media_container", "thumb", "image", "view_once_media"), "📷"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A message in an open chat. `text` is as dumped; `sender` is known in groups only.

    `head` is the beginning of a long message that WhatsApp cuts with its "Read more", which is
    at `more` where it shows.
    `place` counts the message texts above this one, so that one of them can be asked for.
    """

    own: bool
    text: str
    time: str
    tick: Tick | None = None
    sender: str | None = None
    media: str | None = None
    head: str | None = None
    more: tuple[int, int] | None = None
    place: int = 0

    def says(self, text: str) -> bool:
        """Whether this row can be the message with that text."""
        if self.media is not None:
            return False
        asked = canonical(text)
        if canonical(self.text) == asked:
            return True
        beginning = canonical(self.head or "")
        return len(beginning) >= _SHORTEST_PREFIX and asked.startswith(beginning)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    view_id: str
    text: str
    box: Box

    def holds(self, text: str) -> bool:
        return self.text.replace("\r\n", "\n") == as_dumped(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """`unread_from` is the index of the first row after the unread divider, if it shows, and
    `unread_count` the number in it.

    `filled` tells that rows may be hidden above, `from_start` that the notice shows with which
    every chat begins; `area` is where the rows are.
    """

    title: str
    number: str | None
    rows: tuple[Row, ...]
    entry: Entry | None
    send: Box | None
    unread_from: int | None
    unread_count: int
    filled: bool
    from_start: bool
    group: bool
    area: Box | None

    def own_equal(self, text: str) -> int:
        return sum(row.own and row.says(text) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatsList:
    rows: tuple["ChatRow", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRow:
    """`own_last` tells whether the newest message of the chat is the phone's own."""

    name: str
    own_last: bool
    preview: str
    unread: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookingUp:
    """The spinner while WhatsApp asks its servers about a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    kind: DialogKind
    number: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chooser:
    """Android asks with which app to open the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    kind: StopKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """No window of WhatsApp is there."""

    asleep: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    pass


Seen = Conversation | ChatsList | LookingUp | Dialog | Chooser | Stopped | Elsewhere | Unknown


def classify(screen: Screen, package: str) -> Seen:
    """What one dump shows of WhatsApp, or of Android's question which app should open it."""
    if _is_chooser(screen):
        return Chooser()
    app = screen.of(package)
    if app.empty:
        return Elsewhere(asleep=screen.empty or screen.only_system)
    return _stopped(app) or _dialog(app) or _looking_up(app) or _page(app)


def _page(app: Screen) -> Conversation | ChatsList | Unknown:
    if app.first("conversation_contact_name", "conversation_contact", "entry"):
        return _conversation(app)
    if app.first("conversations_row_contact_name", "conversation_list_view_host", "my_search_bar"):
        return ChatsList(rows=tuple(_chat_row(row) for row in app.having("contact_row_container")))
    return Unknown()


def _is_chooser(screen: Screen) -> bool:
    choosers = {"com.android.intentresolver"}
    if screen.packages & choosers:
        return True
    android = screen.of("android")
    return android.first("resolver_list", "button_always", "button_once") is not None


def _stopped(app: Screen) -> Stopped | None:
    """A ban, log-out or expiry fills the screen; in a chat such words are just somebody's text."""
    if app.first("entry", "conversation_contact_name", "conversations_row_contact_name"):
        return None
    for view in app.walk():
        kind = stop_kind(view.text) if view.text else None
        if kind is not None:
            return Stopped(kind=kind)
    if app.first("eula_accept", "registration_phone", "verify_sms_code_input"):
        return Stopped(kind=StopKind.NOT_SET_UP)
    return None


def _dialog(app: Screen) -> Dialog | Stopped | None:
    """A dialog is Android's own message view with at least one of its buttons."""
    views = [view for view in app.walk() if view.full_id == "android:id/message"]
    buttons = app.first("button1", "button2", "button3", "buttonPanel")
    panel = app.first("parentPanel")
    if buttons is None and panel is None:
        return None
    words = views or [view for view in (panel or app).walk() if view.text]
    text = label(" ".join(view.text for view in words))
    stopped = stop_kind(text)
    if stopped is not None:
        return Stopped(kind=stopped)
    kind = dialog_kind(text) if views else DialogKind.UNKNOWN
    return Dialog(kind=kind, number=number_in(text), message=text)


def _looking_up(app: Screen) -> LookingUp | None:
    """A spinner in a window of its own: the last chat may still show behind it."""
    for window in app.windows:
        if window.first("entry", "conversation_contact", "conversation_list_view_host"):
            continue
        words = (label(view.text) for view in window.walk())
        if window.first("progress_bar") or any(SEARCHING.search(text) for text in words):
            return LookingUp()
    return None


_FIRST_NUMBER = re.compile(r"\d+")


def _chat_row(row: View) -> ChatRow:
    name = row.first("conversations_row_contact_name")
    preview = row.first("single_msg_tv")
    badge = row.first("conversations_row_message_count")
    count = _FIRST_NUMBER.search(badge.desc or badge.text) if badge else None
    return ChatRow(
        name=label(name.text) if name else "",
        own_last=row.first("status_indicator") is not None,
        preview=preview.text if preview else "",
        unread=int(count.group()) if count else 0,
    )


def _conversation(app: Screen) -> Conversation:
    name = app.first("conversation_contact_name")
    title = label(name.text) if name else ""
    entry = app.first("entry")
    send = app.first("send")
    rows, unread_from = _rows(app)
    messages = _list_of(app)
    return Conversation(
        title=title,
        number=number_in(title) if is_number(title) else None,
        rows=rows,
        entry=Entry(view_id=entry.full_id, text=entry.text, box=entry.box) if entry else None,
        send=send.box if send and not send.box.empty else None,
        unread_from=unread_from,
        unread_count=_unread_count(app),
        filled=_is_filled(app),
        from_start=app.first("info") is not None,
        group=app.first("name_in_group_tv", "pushname_in_group_tv") is not None,
        area=messages.box if messages else None,
    )


def _unread_count(app: Screen) -> int:
    divider = app.first("unread_divider_tv")
    found = _FIRST_NUMBER.search(divider.text) if divider else None
    return int(found.group()) if found else 0


def _rows(app: Screen) -> tuple[tuple[Row, ...], int | None]:
    """The messages from top to bottom; each is one child of the list and has a time of its own.

    A row without a time is cut off by the edge of the list: whose it is cannot be told, and it
    is left out.
    """
    messages = _list_of(app)
    rows: list[Row] = []
    unread_from: int | None = None
    place = 0
    for child in messages.children if messages else ():
        if child.first("unread_divider_tv"):
            unread_from = len(rows)
        if child.first("date"):
            rows.append(_row(child, place, rows[-1] if rows else None))
        place += len(child.having("message_text"))
    return tuple(rows), unread_from


def _list_of(app: Screen) -> View | None:
    return next((view for view in app.having("list") if view.full_id == "android:id/list"), None)


def _is_filled(app: Screen) -> bool:
    """Rows from edge to edge; a chat with few messages leaves room above or below them."""
    messages = _list_of(app)
    if messages is None or not messages.children:
        return False
    first, last = messages.children[0].box, messages.children[-1].box
    return first.top <= messages.box.top and last.bottom >= messages.box.bottom - _EDGE_PX


def _row(view: View, place: int, above: Row | None) -> Row:
    body = view.first("message_text") or view.first("caption")
    date = view.first("date")
    status = view.first("status")
    text = body.text if body else ""
    name = view.first("name_in_group_tv")
    inherited = above.sender if above and not above.own else None
    return Row(
        own=status is not None,
        text=text,
        time=label(date.text) if date else "",
        tick=tick_of(status.desc) if status else None,
        sender=None if status else (label(name.text) if name else inherited),
        media=_media(view),
        head=_head(text),
        more=_read_more(body) if body else None,
        place=place,
    )


def _media(view: View) -> str | None:
    ids = {below.id for below in view.walk()}
    return next((sign for known, sign in _MEDIA if ids.intersection(known)), None)


def _read_more(body: View) -> tuple[int, int] | None:
    """Links inside a message are views below it, described by their words."""
    link = next((view for view in body.children if view.desc in READ_MORE), None)
    return link.box.centre if link and not link.box.empty else None


def is_cut(text: str) -> bool:
    return _head(text) is not None


def _head(text: str) -> str | None:
    for words in READ_MORE:
        head = label(text).removesuffix(words).rstrip()
        if len(head) < len(label(text)) and head.endswith(("…", "...")):
            return head.rstrip(".… ")
    return None

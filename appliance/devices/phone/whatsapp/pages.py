"""What WhatsApp shows: by structure first, by words where structure says too little."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from appliance.devices.phone.obstacles import Obstacle, obstacle_on
from appliance.devices.phone.screen import Box, Screen, View
from appliance.devices.phone.texts import as_dumped, is_number, label, number_in
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning, dialog_kind
from appliance.devices.phone.whatsapp.phrases import SEARCHING
from appliance.devices.phone.whatsapp.reply_frame import ReplyFrame, reply_frame
from appliance.devices.phone.whatsapp.rows import (
    FIRST_NUMBER,
    MessageRow,
    days_above,
    is_filled,
    list_of,
    read_rows,
    shows_start,
    today_from,
    unread_count,
)
from appliance.devices.phone.whatsapp.stops import StopKind, stop_kind

PACKAGES = ("com.whatsapp", "com.whatsapp.w4b")

# A screen with one of these shows people's own words.
_AMONG_MESSAGES = (
    "entry",
    "conversation_contact_name",
    "conversations_row_contact_name",
    "conversations_row_content",
    "message_text",
    "caption",
    "single_msg_tv",
    "search_input",
    "search_src_text",
    "chat_able_contacts_row_name",
    "contactpicker_row_name",
)

# What stands around WhatsApp's list of chats, and not around that of the archived ones.
_OF_FIRST_PAGE = (
    "fab",
    "my_search_bar",
    "bottom_nav",
    "tabs",
    "toolbar_logo",
    "menuitem_camera",
    "menuitem_search",
    "conversations_archive_header",
    "archived_row",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEntry:
    view_id: str
    text: str
    box: Box

    def holds(self, text: str) -> bool:
        return self.text.replace("\r\n", "\n") == as_dumped(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPage:
    """`unread_from` is the index of the first row after the unread divider, if it shows, and
    `unread_count` the number in it. `today_from` is that of the first row of this day.

    `days` are the words of the dividers of days, each by the index of the first row below it.

    `loaded` is False while the list is still empty. `filled`: rows may be hidden above.
    `from_start`: the notice shows with which every chat begins. `area` is where the rows are.
    """

    title: str
    number: str | None
    rows: tuple[MessageRow, ...]
    entry: TextEntry | None
    send: Box | None
    unread_from: int | None
    unread_count: int
    today_from: int | None
    loaded: bool
    filled: bool
    from_start: bool
    group: bool
    area: Box | None
    #: Under the name; of a group its members, and never a title.
    status: str = ""
    #: The message that the next one will answer.
    reply: ReplyFrame | None = None
    days: Mapping[int, str] = field(default_factory=dict)

    def own_equal(self, text: str) -> int:
        return sum(row.own and row.says(text) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatsList:
    """`area` is where the rows are, where it can be told. `archive` is the way to the archived
    chats, where it shows; `archived`: these are those.
    """

    rows: tuple["ChatRow", ...]
    area: Box | None = None
    archive: Box | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRow:
    """`own_last`: the newest message of the chat is the phone's own. `time` is of that message: a
    time of day, or of earlier days a date. `in_group`: its author stands before its text.
    """

    name: str
    own_last: bool
    preview: str
    unread: int
    time: str
    box: Box
    in_group: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LookingUp:
    """The spinner while WhatsApp asks its servers about a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogPage:
    kind: DialogMeaning
    number: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    kind: StopKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """No window of WhatsApp is there."""

    asleep: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPage:
    pass


Seen = ChatPage | ChatsList | LookingUp | DialogPage | Obstacle | Stopped | Elsewhere | UnknownPage


def classify(screen: Screen, package: str) -> Seen:
    """What one dump shows of WhatsApp, or of what Android has put over it."""
    obstacle = obstacle_on(screen)
    if obstacle is not None:
        return obstacle
    app = screen.of(package)
    if app.empty:
        return Elsewhere(asleep=screen.empty or screen.only_system)
    return _stopped(app) or _looking_up(app) or _dialog(app) or _page(app)


def _page(app: Screen) -> ChatPage | ChatsList | UnknownPage:
    if app.first("conversation_contact_name", "conversation_contact", "entry"):
        return _conversation(app)
    if app.first("conversations_row_contact_name", "conversation_list_view_host", "my_search_bar"):
        rows = tuple(_chat_row(row) for row in app.having("contact_row_container"))
        messages = list_of(app)
        archive = app.first("conversations_archive_header", "archived_row")
        return ChatsList(
            rows=rows,
            area=messages.box if messages else None,
            archive=archive.box if archive and not archive.box.empty else None,
            archived=app.first(*_OF_FIRST_PAGE) is None,
        )
    return UnknownPage()


def _stopped(app: Screen) -> Stopped | None:
    """A ban, log-out or expiry fills the screen; beside messages such words are somebody's text."""
    if app.first(*_AMONG_MESSAGES):
        return None
    if app.first("ban_icon"):
        return Stopped(kind=StopKind.BANNED)
    for view in app.walk():
        kind = stop_kind(view.text) if view.text else None
        if kind is not None:
            return Stopped(kind=kind)
    if app.first("eula_accept", "registration_phone", "verify_sms_code_input"):
        return Stopped(kind=StopKind.NOT_SET_UP)
    return None


def _dialog(app: Screen) -> DialogPage | Stopped | None:
    """A dialog is Android's own message view with at least one of its buttons."""
    views = [view for view in app.walk() if view.full_id == "android:id/message"]
    buttons = app.having("button1", "button2", "button3")
    panel = app.first("parentPanel")
    if not buttons and panel is None and app.first("buttonPanel") is None:
        return None
    words = views or [view for view in (panel or app).walk() if view.text]
    text = label(" ".join(view.text for view in words))
    stopped = stop_kind(text)
    if stopped is not None:
        return Stopped(kind=stopped)
    offers = [button.text for button in buttons]
    kind = dialog_kind(text, offers) if views else DialogMeaning.UNKNOWN
    return DialogPage(kind=kind, number=number_in(text), message=text)


def _looking_up(app: Screen) -> LookingUp | None:
    """Looks for a spinner in a window of its own: the last chat may still show behind it.

    It may be built as a dialog, which then has no button to answer with.
    """
    for window in app.windows:
        if window.first("entry", "conversation_contact", "conversation_list_view_host"):
            continue
        if any(SEARCHING.search(label(view.text)) for view in window.walk()):
            return LookingUp()
        turns = window.first("progress_bar") or any(v.cls == "ProgressBar" for v in window.walk())
        if turns and not window.first("button1", "button2", "button3"):
            return LookingUp()
    return None


def _chat_row(row: View) -> ChatRow:
    name = row.first("conversations_row_contact_name")
    preview = row.first("single_msg_tv")
    date = row.first("conversations_row_date")
    badge = row.first("conversations_row_message_count")
    count = FIRST_NUMBER.search(badge.desc or badge.text) if badge else None
    return ChatRow(
        name=label(name.text) if name else "",
        own_last=row.first("status_indicator") is not None,
        preview=preview.text if preview else "",
        unread=int(count.group()) if count else 0,
        time=label(date.text) if date else "",
        box=row.box,
        in_group=row.first("msg_from_tv") is not None,
    )


def _conversation(app: Screen) -> ChatPage:
    name = app.first("conversation_contact_name")
    title = label(name.text) if name else ""
    under = app.first("conversation_contact_status")
    entry = app.first("entry")
    send = app.first("send")
    rows, unread_from = read_rows(app)
    messages = list_of(app)
    return ChatPage(
        title=title,
        number=number_in(title) if is_number(title) else None,
        rows=rows,
        entry=TextEntry(view_id=entry.full_id, text=entry.text, box=entry.box) if entry else None,
        send=send.box if send and not send.box.empty else None,
        unread_from=unread_from,
        unread_count=unread_count(app),
        today_from=today_from(app),
        loaded=messages is not None and bool(messages.children),
        filled=is_filled(app),
        from_start=shows_start(app),
        group=app.first("name_in_group_tv", "pushname_in_group_tv") is not None,
        area=messages.box if messages else None,
        status=under.text if under else "",
        reply=reply_frame(app),
        days=days_above(app),
    )

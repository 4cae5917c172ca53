"""The rows of an open chat: their sender, text and tick."""

import re
from dataclasses import dataclass, field

from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import canonical, label
from appliance.devices.phone.whatsapp.media import medium_in
from appliance.devices.phone.whatsapp.message_words import DELETED_BY_OWNER, form_of
from appliance.devices.phone.whatsapp.phrases import ENCRYPTED, READ_MORE, TODAY, tick_of
from appliance.devices.protocol import TextForm, Tick

# The last row of a full list ends this near to its edge (0 to 10 px in the dumps seen).
_EDGE_PX = 30

# A cut message is recognised by at least this much of its beginning.
_SHORTEST_PREFIX = 60
# WhatsApp cuts after some 768 characters. Where the words of its link are not known, a text shorter
# than this is not cut, and the link is at most as long as `_CUT` allows.
_SHORTEST_CUT = 300
_CUT = re.compile(r"(?:…|\.\.\.)\s?[^….]{1,30}$")

FIRST_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message in an open chat. `text` is as dumped; `sender` is known in groups only.

    `media` are the signs that its medium may have and `detail` the medium's title or length;
    `edited`: WhatsApp says that they changed it. `head` is the beginning of a long message that
    WhatsApp cuts with its "Read more", and `more` the place of that link where it shows. `place`
    counts the message texts above this one, so that this one can be asked for. `rewritten`: an own
    message was edited or deleted, so its text is gone. `quoted` is what shows of the message that
    it answers. `piece`: which message of an album it stands for. `pushed` is what a `sender` calls
    themselves whom the phone book does not know.
    """

    own: bool
    text: str
    time: str
    tick: Tick | None = None
    sender: str | None = None
    media: str | None = None
    detail: str = ""
    form: TextForm = TextForm.WORDS
    edited: bool = False
    head: str | None = None
    more: tuple[int, int] | None = None
    place: int = 0
    rewritten: bool = False
    quoted: str | None = None
    piece: int = 0
    pushed: str | None = field(default=None, compare=False)

    def says(self, text: str) -> bool:
        """Whether this row can be the message with that text."""
        if self.media is not None:
            return False
        asked = canonical(text)
        if canonical(self.text) == asked:
            return True
        beginning = canonical(self.head or _likely_head(self.text))
        return len(beginning) >= _SHORTEST_PREFIX and asked.startswith(beginning)


def unread_count(app: Screen) -> int:
    divider = app.first("unread_divider_tv")
    found = FIRST_NUMBER.search(divider.text) if divider else None
    return int(found.group()) if found else 0


def read_rows(app: Screen) -> tuple[tuple[MessageRow, ...], int | None]:
    """The messages from top to bottom; each is one child of the list and has a time of its own.

    A row without a time is cut off by the edge of the list. Its sender cannot be told, so it is
    left out.
    """
    messages = list_of(app)
    rows: list[MessageRow] = []
    unread_from: int | None = None
    place = 0
    for child in messages.children if messages else ():
        if child.first("unread_divider_tv"):
            unread_from = len(rows)
        if child.first("date"):
            rows.append(_row(child, place, rows[-1] if rows else None))
        place += len(child.having("message_text"))
    return tuple(rows), unread_from


def today_from(app: Screen) -> int | None:
    """The index of the first message of this day, if the divider above it shows."""
    messages = list_of(app)
    above = 0
    for child in messages.children if messages else ():
        divider = child.first("conversation_row_date_divider", "date_divider_header")
        if divider is not None and label(divider.text).casefold() in TODAY:
            return above
        above += child.first("date") is not None
    return None


def days_above(app: Screen) -> dict[int, str]:
    """The words of each divider of days, by the index of the first message below it."""
    messages = list_of(app)
    found: dict[int, str] = {}
    above = 0
    for child in messages.children if messages else ():
        divider = child.first("conversation_row_date_divider", "date_divider_header")
        if divider is not None and label(divider.text):
            found[above] = label(divider.text)
        above += child.first("date") is not None
    return found


def list_of(app: Screen) -> View | None:
    return next((view for view in app.having("list") if view.full_id == "android:id/list"), None)


def shows_start(app: Screen) -> bool:
    """Whether the notice about encryption, with which every chat begins, is at the top of the list.

    Place and words must both fit: each row of the system has an `info`, as documents and videos
    have, and a cleared chat begins without the notice.
    """
    messages = list_of(app)
    top = messages.children[0] if messages and messages.children else None
    notice = top.first("info") if top else None
    if top is None or notice is None or top.first("date", "message_text", "main_layout"):
        return False
    return ENCRYPTED.match(label(notice.text)) is not None


def is_filled(app: Screen) -> bool:
    """Whether rows reach from edge to edge; a chat with few messages leaves room above or below."""
    messages = list_of(app)
    if messages is None or not messages.children:
        return False
    first, last = messages.children[0].box, messages.children[-1].box
    return first.top <= messages.box.top and last.bottom >= messages.box.bottom - _EDGE_PX


def _row(view: View, place: int, above: MessageRow | None) -> MessageRow:
    body = view.first("message_text") or view.first("caption")
    date = view.first("date")
    status = view.first("status")
    text = body.text if body else ""
    name = view.first("name_in_group_tv")
    quoted = view.first("quoted_text")
    pushed = view.first("pushname_in_group_tv")
    is_next = above is not None and not above.own and name is None and status is None
    inherited = above if is_next else None
    media, detail = medium_in(view) or (None, "")
    return MessageRow(
        own=status is not None,
        text=text,
        time=label(date.text) if date else "",
        tick=tick_of(status.desc) if status else None,
        sender=inherited.sender if inherited else (label(name.text) if name else None),
        media=media,
        detail=detail,
        form=_form(view, text),
        edited=view.first("edit_label") is not None,
        head=_head(text),
        more=_read_more(body) if body else None,
        place=place,
        rewritten=_is_rewritten(view, text, own=status is not None),
        quoted=quoted.text if quoted else None,
        pushed=inherited.pushed if inherited else (label(pushed.text) if pushed else None),
    )


def _is_rewritten(view: View, text: str, *, own: bool) -> bool:
    """A deleted message has an icon beside its sentence, and maybe no tick.

    A document has an icon, too, and no text but a caption.
    """
    if own and view.first("edit_label"):
        return True
    if form_of(text) is TextForm.DELETED:
        return own
    stands_for_text = view.first("icon") is not None and view.first("message_text") is not None
    return stands_for_text or DELETED_BY_OWNER.match(label(text)) is not None


def _form(view: View, text: str) -> TextForm:
    """A deleted message has an icon before its words; without one a person wrote the words."""
    form = form_of(text)
    return TextForm.WORDS if form is TextForm.DELETED and view.first("icon") is None else form


def _read_more(body: View) -> tuple[int, int] | None:
    """Links inside a message are views below it, described by their words."""
    link = next((view for view in body.children if view.desc in READ_MORE), None)
    return link.box.centre if link and not link.box.empty else None


def is_cut(text: str) -> bool:
    return _head(text) is not None


def _likely_head(text: str) -> str:
    """The beginning of a text that seems to be cut, in any language."""
    shown = label(text)
    found = _CUT.search(shown) if len(shown) >= _SHORTEST_CUT else None
    return shown[: found.start()] if found else ""


def _head(text: str) -> str | None:
    for words in READ_MORE:
        head = label(text).removesuffix(words).rstrip()
        if len(head) < len(label(text)) and head.endswith(("…", "...")):
            return head.rstrip(".… ")
    return None

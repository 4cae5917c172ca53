"""Screens of WhatsApp drawn by hand after recorded ones, in the formats of u2.jar and the shell.

Apart from the emulated phone, so that the two cannot be wrong together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from xml.sax.saxutils import quoteattr

W = "com.whatsapp"
BUSINESS = "com.whatsapp.w4b"


@dataclass(frozen=True)
class N:
    """One node; ids without a package get the app's own."""

    cls: str
    id: str = ""
    text: str = ""
    desc: str = ""
    kids: tuple["N", ...] = ()
    box: tuple[int, int, int, int] = (0, 0, 720, 1640)
    clickable: bool = False


def xml(*windows: N, package: str = W, u2: bool = True, others: Iterable[N] = ()) -> str:
    """A whole dump; u2.jar's has a line a node and the windows of the system beside the app's."""
    ends = "\r\n" if u2 else ""
    body = "".join(_node(window, package, 0, u2=u2) for window in windows)
    body += "".join(_node(window, "com.android.systemui", 0, u2=u2) for window in others)
    head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
    return f'{head}{ends}<hierarchy rotation="0">{ends}{body}</hierarchy>'


def _node(n: N, package: str, index: int, *, u2: bool) -> str:
    ends = "\r\n" if u2 else ""
    full_id = n.id if not n.id or ":" in n.id else f"{package}:id/{n.id}"
    text = "".join(".." if ord(c) > 0xFFFF else c for c in n.text) if u2 else n.text
    left, top, right, bottom = n.box
    more = ' visible-to-user="true"' if u2 else ""
    tail = ' drawing-order="0" hint="" display-id="0"' if u2 else ""
    tag = (
        f'<node index="{index}" text={_quoted(text)} resource-id="{full_id}"'
        f' class="{n.cls}" package="{package}" content-desc={_quoted(n.desc)}'
        f' checkable="false" checked="false" clickable="{str(n.clickable).lower()}"'
        f' enabled="true" focusable="false" focused="false" scrollable="false"'
        f' long-clickable="false" password="false" selected="false"{more}'
        f' bounds="[{left},{top}][{right},{bottom}]"{tail}'
    )
    if not n.kids:
        return f"{tag} />{ends}"
    inside = "".join(_node(kid, package, at, u2=u2) for at, kid in enumerate(n.kids))
    return f"{tag}>{ends}{inside}</node>{ends}"


def _quoted(text: str) -> str:
    return quoteattr(text, {"\n": "&#10;"})


def row(
    text: str,
    time: str,
    tick: str | None = None,
    *,
    sender: str = "",
    unread: str = "",
    day: str = "",
    media: str = "",
    also: tuple[str, ...] = (),
) -> N:
    """One child of the list: dividers, then the bubble; a tick makes it the phone's own.

    `also` are ids of views that stand in the bubble beside its text.
    """
    kids: list[N] = []
    if day:
        kids.append(N("android.widget.TextView", "conversation_row_date_divider", day))
    if unread:
        kids.append(N("android.widget.TextView", "unread_divider_tv", unread))
    date = [N("android.widget.TextView", "date", time)]
    if tick is not None:
        date.append(N("android.widget.ImageView", "status", "", tick))
    name = [N("android.widget.TextView", "name_in_group_tv", sender)] if sender else []
    body = [N("android.widget.ImageView", media)] if media else []
    body += [N("android.widget.TextView", each) for each in also]
    body.append(N("android.widget.TextView", "caption" if media else "message_text", text))
    bubble = N(
        "android.widget.FrameLayout",
        "conversation_text_row",
        kids=(*body, N("android.widget.LinearLayout", "date_wrapper", kids=tuple(date))),
    )
    main = N("android.widget.LinearLayout", "main_layout", kids=(*name, bubble))
    return N("android.view.ViewGroup", "conversation_row_text", kids=(*kids, main))


def notice(words: str, *, time: str = "") -> N:
    """A row with an `info`: without a time a row of the system, with one a document or a video."""
    info = N("android.widget.Button", "info", words)
    date = (N("android.widget.TextView", "date", time),) if time else ()
    return N("android.view.ViewGroup", kids=(info, *date))


def cut_off(text: str) -> N:
    """A bubble that ends below the edge of the list: its time is not visible."""
    body = N("android.widget.TextView", "message_text", text)
    return N("android.view.ViewGroup", "conversation_row_text", kids=(body,))


def chat(
    title: str, *rows: N, entry: str = "Message", typed: bool = False, older: bool = False
) -> N:
    """An open conversation; `typed` is whether Send shows instead of the microphone."""
    placed = tuple(
        replace(each, box=(0, 180 + at * 100, 720, 280 + at * 100), id=_row_id(each, older=older))
        for at, each in enumerate(rows)
    )
    button = N("android.widget.ImageButton", "send", "", "Send", box=(615, 1439, 711, 1535))
    if not typed:
        button = N("android.widget.ImageButton", "voice_note_btn", "", "Voice message, Button.")
    name = (N("android.widget.TextView", "conversation_contact_name", title, title),)
    return N(
        "android.widget.FrameLayout",
        kids=(
            N("android.widget.Button", "back" if older else "whatsapp_toolbar_home", "", "Back"),
            N("android.widget.LinearLayout", "conversation_contact", kids=name if title else ()),
            N("android.widget.ListView", "android:id/list", kids=placed, box=(0, 180, 720, 1432)),
            N("android.widget.EditText", "entry", entry, box=(104, 1454, 415, 1519)),
            N("android.widget.FrameLayout", "send_container", kids=(button,)),
        ),
    )


def _row_id(node: N, *, older: bool) -> str:
    return "" if older else node.id


def dialog(message: str, *buttons: str, also: str = "") -> N:
    """Android's own dialog in the app's package; `also` is the id of a view beside the text."""
    made = tuple(
        N("android.widget.Button", f"android:id/button{at}", text, text, clickable=True)
        for at, text in enumerate(buttons, start=1)
    )
    text = N("android.widget.TextView", "android:id/message", message)
    beside = (N("android.view.View", also),) if also else ()
    return N(
        "android.widget.FrameLayout",
        kids=(
            N(
                "androidx.appcompat.widget.LinearLayoutCompat",
                "parentPanel",
                kids=(
                    N("android.widget.FrameLayout", "contentPanel", kids=(text, *beside)),
                    N("android.widget.ScrollView", "buttonPanel", kids=made),
                ),
            ),
        ),
    )


def spinner(words: str) -> N:
    return N(
        "android.widget.FrameLayout",
        kids=(
            N("android.widget.ProgressBar", "progress_bar"),
            N("android.widget.TextView", "android:id/message", words),
        ),
    )


def full_page(*texts: str, button: str = "") -> N:
    """A page of WhatsApp that is neither a chat nor a list."""
    kids = tuple(N("android.widget.TextView", "heading", text) for text in texts)
    press = (N("android.widget.Button", "action_button", button),) if button else ()
    return N("android.widget.FrameLayout", kids=(*kids, *press))


def chats(*rows: N) -> N:
    held = N("androidx.recyclerview.widget.RecyclerView", "android:id/list", kids=rows)
    return N("android.widget.FrameLayout", "conversation_list_view_host", kids=(held,))


def chats_row(
    name: str, preview: str, *, own: bool = False, badge_desc: str = "", badge_text: str = ""
) -> N:
    kids = [N("android.widget.TextView", "conversations_row_contact_name", name)]
    if own:
        kids.append(N("android.widget.ImageView", "status_indicator"))
    kids.append(N("android.widget.TextView", "single_msg_tv", preview))
    if badge_desc or badge_text:
        kids.append(
            N("android.view.View", "conversations_row_message_count", badge_text, badge_desc)
        )
    return N("android.widget.LinearLayout", "contact_row_container", kids=tuple(kids))


def system_dialog(title: str, *buttons: tuple[str, str], message: str = "") -> N:
    """A dialog of Android's own; buttons are an id and a text."""
    made = tuple(
        N("android.widget.Button", rid, text, box=(60, 800 + at * 100, 660, 900 + at * 100))
        for at, (rid, text) in enumerate(buttons)
    )
    kids = (N("android.widget.TextView", "android:id/alertTitle", title), *made)
    if message:
        kids = (*kids, N("android.widget.TextView", "android:id/message", message))
    return N("android.widget.FrameLayout", kids=kids)


def dump(*windows: tuple[str, N]) -> str:
    """Windows of several packages, each with its own."""
    bodies = "".join(_node(window, package, 0, u2=True) for package, window in windows)
    return f'<hierarchy rotation="0">{bodies}</hierarchy>'

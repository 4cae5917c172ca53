"""The screens between a file that is handed to WhatsApp and its leaving: whom it is for, how it
looks.

Their ids come from WhatsApp's own layouts; how they are put together is uncertain. So each is known
by several of them, and what a screen does not show counts as not proven.
"""

from dataclasses import dataclass

from appliance.devices.phone.screen import Box, Screen, View
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp.pages import TextEntry

# Rows of pickers, by the ids of several releases.
PICKER_NAMES = ("chat_able_contacts_row_name", "contactpicker_row_name")
_SENDS = ("send", "send_media_btn")
SEARCH_FIELDS = ("search_src_text", "search_input", "search_view_edit_text")
_OF_PREVIEW = ("caption", "caption_layout", "media_composer_layout", "gallery_selected_media")


@dataclass(frozen=True, slots=True, kw_only=True)
class PickerRow:
    name: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class PickerPage:
    """`recipients` are those who were chosen so far, None while nobody is. `search` opens the
    search, and `searched` is its field once it is open.
    """

    rows: tuple[PickerRow, ...]
    recipients: str | None
    send: Box | None
    search: Box | None
    searched: TextEntry | None

    def named(self, name: str) -> list[PickerRow]:
        return [row for row in self.rows if row.name == name]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """The last screen before the file leaves. `several`: it shows more files than one."""

    recipients: str | None
    caption: TextEntry | None
    send: Box
    several: bool


def sharing_page(screen: Screen, package: str) -> PickerPage | PreviewPage | None:
    """None for any other screen. A chat has a field for its text, which these have not."""
    app = screen.of(package)
    if app.first("entry"):
        return None
    send = app.first(*_SENDS)
    if app.first(*PICKER_NAMES, *SEARCH_FIELDS):
        return _picker(app, send)
    if send is None or send.box.empty or not app.first(*_OF_PREVIEW):
        return None
    return PreviewPage(
        recipients=_recipients(app),
        caption=_field(app.first("caption")),
        send=send.box,
        several=len(app.having("gallery_selected_media")) > 1,
    )


def _picker(app: Screen, send: View | None) -> PickerPage:
    search = app.first("menuitem_search")
    names = app.having(*PICKER_NAMES)
    return PickerPage(
        rows=tuple(PickerRow(name=label(view.text), box=view.box) for view in names),
        recipients=_recipients(app),
        send=send.box if send and not send.box.empty else None,
        search=search.box if search and not search.box.empty else None,
        searched=_field(app.first(*SEARCH_FIELDS)),
    )


def _recipients(app: Screen) -> str | None:
    """As WhatsApp names them, one after another; None where it names nobody."""
    view = app.first("media_recipients")
    words = [label(each.text) for each in view.walk()] if view else []
    return ", ".join(each for each in words if each) or None


def _field(view: View | None) -> TextEntry | None:
    return TextEntry(view_id=view.full_id, text=view.text, box=view.box) if view else None

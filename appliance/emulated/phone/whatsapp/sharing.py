"""A file that another program hands to WhatsApp: whom it is for, its caption, its preview."""

from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from urllib.parse import unquote

from appliance.emulated.phone.apps import Host, Intent
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.media_list import file_at
from appliance.emulated.phone.whatsapp.media import Medium, MediumKind
from appliance.emulated.phone.whatsapp.model import Account, Chat
from appliance.emulated.world import numbers

SEND = "android.intent.action.SEND"
_STREAM, _TEXT = "android.intent.extra.STREAM", "android.intent.extra.TEXT"
_KINDS = {
    "image": MediumKind.PHOTO,
    "video": MediumKind.VIDEO,
    "audio": MediumKind.AUDIO,
}
#: The number that the preview is for under the fault of a wrong recipient.
_SOMEBODY = "+31612340098"


class ShareStage(Enum):
    PICKER = "picker"
    PREVIEW = "preview"


@dataclass(slots=True, kw_only=True)
class Share:
    """`chosen` are the jids that it goes to; sound has no preview and leaves from the picker."""

    medium: Medium
    digest: str
    caption: str
    stage: ShareStage
    chosen: list[str] = field(default_factory=list)
    search: str | None = None

    @property
    def is_document(self) -> bool:
        return self.medium.kind is MediumKind.DOCUMENT

    @property
    def entry(self) -> str:
        """What stands in the field that one types into: the picker's search, else the caption."""
        return (self.search or "") if self.stage is ShareStage.PICKER else self.caption

    @entry.setter
    def entry(self, text: str) -> None:
        if self.stage is ShareStage.PICKER:
            self.search = text
        else:
            self.caption = text


class Sharing:
    """What WhatsApp does with `SEND`; nothing is open while `share` is None."""

    def __init__(self, host: Host, account: Account) -> None:
        self._host = host
        self._account = account
        self.share: Share | None = None

    def begin(self, intent: Intent) -> bool:
        """False for an intent without a file. One that cannot be read only gets a toast."""
        uri = intent.extras.get(_STREAM, "")
        if not uri:
            return False
        self.share = None
        content = self._read(uri, granted=intent.grants_reading)
        if content is None:
            return True
        name, data = content
        kind = _KINDS.get(intent.mime_type.partition("/")[0], MediumKind.DOCUMENT)
        self.share = Share(
            medium=Medium(kind=kind, name=name if kind is MediumKind.DOCUMENT else ""),
            digest=sha256(data).hexdigest(),
            caption=intent.extras.get(_TEXT, ""),
            stage=ShareStage.PICKER,
        )
        jid = intent.extras.get("jid", "")
        if jid and self._host.honours_jid and kind is not MediumKind.AUDIO:
            self.share.chosen = [self._addressee(jid)]
            self.share.stage = ShareStage.PREVIEW
        return True

    def _read(self, uri: str, *, granted: bool) -> tuple[str, bytes] | None:
        """Name and bytes; None where WhatsApp may not read there, or nothing is there."""
        by_path = uri.startswith("file://")
        if by_path != self._host.reads_paths or not (by_path or granted):
            return None
        path = self._host.media_list.path_of(unquote(uri))
        file = file_at(self._host.files, path) if path else None
        return (path.rpartition("/")[2], file.data) if path and file else None

    def _addressee(self, jid: str) -> str:
        wrong = self._host.faults.take(FaultKind.WRONG_RECIPIENT)
        return numbers.jid_of(_SOMEBODY) if wrong else jid

    def choose(self, jid: str) -> None:
        """A tap on somebody in the picker, and a second one, which takes it back."""
        if self.share is None:
            return
        if jid in self.share.chosen:
            self.share.chosen.remove(jid)
        else:
            self.share.chosen.append(jid)

    def listed(self) -> list[Chat]:
        """Whom the picker shows: the chats, or those that the search finds."""
        words = ((self.share.search if self.share else None) or "").casefold()
        return [
            chat
            for chat in self._account.listed()
            if words in self._account.title(chat).casefold().replace(" ", "")
            or words in self._account.title(chat).casefold()
        ]

    def goes_on(self) -> bool:
        """The button of the picker; True when the file leaves with it."""
        if self.share is None or not self.share.chosen:
            return False
        if self.share.stage is ShareStage.PREVIEW or self.share.medium.kind is MediumKind.AUDIO:
            return True
        self.share.stage = ShareStage.PREVIEW
        return False

    def end(self) -> None:
        self.share = None

    @property
    def activity(self) -> str | None:
        if self.share is None:
            return None
        if self.share.stage is ShareStage.PICKER:
            return "com.whatsapp.contact.picker.ContactPicker"
        if self.share.is_document:
            return "com.whatsapp.documentpicker.DocumentPreviewActivity"
        return "com.whatsapp.mediacomposer.MediaComposerActivity"

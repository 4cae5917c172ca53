"""Sending one file over WhatsApp: handed over, shown for the right person, sent by one tap, proven.

Whether WhatsApp opens the preview for the chat that it is told, or asks for whom the file is, and
whether it reads a file by its path or by its row in Android's list, differs and is uncertain. Both
ways are known here, and nothing leaves before the screen names the recipient alone.
"""

import time
from collections.abc import Callable
from typing import Any

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.phone.activities import complaint_in
from appliance.devices.phone.evidence import Evidence
from appliance.devices.phone.obstacles import SENTENCES, clear_away, obstacle_on
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.row_ids import ROW_IDS
from appliance.devices.phone.shared_file import SharedFile
from appliance.devices.phone.tap import ProvenUnsent, tap_send
from appliance.devices.phone.texts import is_number, label
from appliance.devices.phone.whatsapp.chat import OpenChat
from appliance.devices.phone.whatsapp.handing_over import handing_over
from appliance.devices.phone.whatsapp.opening import StaleScreen, follow, open_chat
from appliance.devices.phone.whatsapp.pages import ChatPage
from appliance.devices.phone.whatsapp.phrases import CAPTION_HINTS
from appliance.devices.phone.whatsapp.row_memory import baseline_of
from appliance.devices.phone.whatsapp.send import ChatSend
from appliance.devices.phone.whatsapp.sharing_pages import PickerPage, PreviewPage, sharing_page
from appliance.devices.phone.whatsapp.ticks import ticks_of
from appliance.devices.phone.whatsapp.visit import visiting
from appliance.devices.protocol import Attempt, Proof
from appliance.errors import DeviceError, DeviceGone, Transient, Unconfirmed

_Shown = PickerPage | PreviewPage
# Back closes the preview, then the picker.
_MOST_BACKS = 3


def send_file(phone: Phone, attempt: Attempt) -> Proof:
    """Raises what the protocol says of a send; the phone is left on its home screen, without the
    file unless WhatsApp may still need it.
    """
    outgoing, file = attempt.outgoing, attempt.outgoing.file
    if file is None:
        raise Transient("The message has no file.")
    evidence = Evidence(attempt.evidence_folder, phone.session)
    shared = SharedFile(phone.session, outgoing.attempt_id, file)
    in_doubt = False
    try:
        shared.push()
        with visiting(phone, outgoing.number, evidence.keep, group=outgoing.group) as chat:
            return FileSend(phone, attempt, chat, evidence, shared=shared, file=file).run()
    except Unconfirmed:
        in_doubt = True
        raise
    finally:
        if not in_doubt:
            shared.remove()


class FileSend(ChatSend):
    """The proof is a new row in the chat, as it is of a text."""

    def __init__(
        self,
        phone: Phone,
        attempt: Attempt,
        chat: OpenChat,
        evidence: Evidence,
        *,
        shared: SharedFile,
        file: OutgoingFile,
    ) -> None:
        super().__init__(phone, attempt, chat, evidence)
        self._shared = shared
        self._file = file
        self._title = ""

    def run(self) -> Proof:
        opened = open_chat(self._chat)
        self._title = opened.title
        self._earlier = ticks_of(self._phone, self._attempt.earlier, opened.rows)
        salt = self._attempt.outgoing.attempt_id
        stood = baseline_of(opened, text=self._text, salt=salt)
        self._attempt.baseline({**stood, ROW_IDS: self._phone.row_ids})
        shown = self._ready(self._handed_over())
        doubt = self._tap(shown)
        try:
            if isinstance(shown, PickerPage):
                preview = self._after_picker()
                if preview is not None:
                    doubt = self._tap(preview)
            return self._prove(opened)
        except (ProvenUnsent, Unconfirmed):
            raise
        except DeviceError as exc:
            gone = isinstance(exc, DeviceGone)
            raise Unconfirmed(
                "The phone could not be asked after the tap.", {**doubt, "gone": gone}
            ) from exc

    def _tap(self, shown: _Shown) -> dict[str, Any]:
        if shown.send is None:
            raise self._withdrawn("There is no Send button.", seen="no send")
        return tap_send(self._phone, self._attempt, shown.send.centre, self._withdraw)

    # Until the file is shown

    def _handed_over(self) -> _Shown:
        """By the way that worked here before, else by the other one."""
        ways = [self._by_path, self._by_row]
        for way in reversed(ways) if self._phone.reads_rows else ways:
            self._start(way())
            shown = self._await(lambda _shown: True)
            if shown is not None:
                self._phone.reads_rows = way == self._by_row
                return shown
        raise self._withdrawn("WhatsApp does not show the file.", seen="no preview")

    def _by_path(self) -> str:
        return self._shared.path_uri

    def _by_row(self) -> str:
        return self._shared.listed_uri()

    def _start(self, uri: str) -> None:
        command = handing_over(
            uri,
            self._file,
            number=self._attempt.outgoing.number,
            caption=self._text,
            package=self._phone.whatsapp,
            group=self._attempt.outgoing.group is not None,
        )
        (answer,) = self._phone.session.run(command)
        if complaint := complaint_in(answer.text):
            raise Transient("WhatsApp did not take the file.", {"am": complaint})

    def _await(self, is_so: Callable[[_Shown], bool], *, within_s: float = 0) -> _Shown | None:
        """The screen for the file, once `is_so`; None when its time is over."""
        deadline = time.monotonic() + (within_s or self._phone.patience.wrong_s)
        pauses = self._phone.patience.pauses()
        while time.monotonic() < deadline:
            time.sleep(next(pauses))
            shown = self._shown()
            if shown is not None and is_so(shown):
                return shown
        return None

    def _shown(self) -> _Shown | None:
        self._chat.dump()
        obstacle = obstacle_on(self._chat.screen)
        if obstacle is not None:
            kept = self._evidence.keep(self._chat.screen, seen=obstacle.kind.value)
            clear_away(self._phone.session, obstacle)
            kind = Unconfirmed if self._phone.tapped else Transient
            raise kind(SENTENCES[obstacle.kind], kept)
        return sharing_page(self._chat.screen, self._phone.whatsapp)

    def _ready(self, shown: _Shown) -> _Shown:
        """Checked: for this person alone, and with this caption where there is one."""
        return self._chosen(shown) if isinstance(shown, PickerPage) else self._captioned(shown)

    def _chosen(self, picker: PickerPage) -> PickerPage:
        """The picker with this person chosen; the name must be one that only they have here."""
        if picker.recipients is not None:
            raise self._withdrawn("WhatsApp has chosen somebody by itself.", seen="recipients")
        if not (is_number(self._title) and picker.named(self._title)):
            picker = self._searched(picker)  # it shows all who have this name
        rows = picker.named(self._title)
        if len(rows) != 1:
            raise self._withdrawn(
                "The list does not show them exactly once.", seen=f"{len(rows)} rows"
            )
        self._phone.session.tap(rows[0].box.centre)
        return self._picker(self._is_for_them, "They could not be chosen.")

    def _searched(self, picker: PickerPage) -> PickerPage:
        if picker.search is None:
            return picker
        self._phone.session.tap(picker.search.centre)
        opened = self._picker(lambda shown: shown.searched is not None, "There is no search.")
        if opened.searched is not None:
            self._phone.session.set_text(opened.searched.view_id, self._title)
        return self._picker(
            lambda shown: bool(shown.named(self._title)), "The search does not find them."
        )

    def _picker(self, is_so: Callable[[PickerPage], bool], failure: str) -> PickerPage:
        found = self._await(lambda shown: isinstance(shown, PickerPage) and is_so(shown))
        if not isinstance(found, PickerPage):
            raise self._withdrawn(failure, seen="picker")
        return found

    def _is_for_them(self, shown: _Shown) -> bool:
        return shown.recipients == self._title

    def _captioned(self, preview: PreviewPage) -> PreviewPage:
        if not self._is_for_them(preview):
            raise self._withdrawn(
                "The preview does not say that the file is for them.", seen="recipients"
            )
        if preview.several:
            raise self._withdrawn("The preview shows more files than one.", seen="files")
        if self._holds_caption(preview):
            return preview
        if preview.caption is not None:
            self._phone.session.set_text(preview.caption.view_id, self._text)
        typed = self._await(self._is_captioned)
        if not isinstance(typed, PreviewPage):
            raise self._withdrawn("The preview does not hold the caption.", seen="caption")
        return typed

    def _is_captioned(self, shown: _Shown) -> bool:
        """A caption that was just emptied shows a hint, which may be one that is not known."""
        if not isinstance(shown, PreviewPage) or not self._is_for_them(shown):
            return False
        return not self._text or self._holds_caption(shown)

    def _holds_caption(self, preview: PreviewPage) -> bool:
        if preview.caption is None:
            return not self._text
        if not self._text:
            return label(preview.caption.text) in {"", *CAPTION_HINTS}
        return preview.caption.holds(self._text)

    # After a tap

    def _after_picker(self) -> PreviewPage | None:
        """The preview behind the picker; None where the file left without one."""
        found = self._await(
            lambda shown: isinstance(shown, PreviewPage), within_s=self._phone.patience.row_s
        )
        if isinstance(found, PreviewPage):
            return self._captioned(found)
        if sharing_page(self._chat.screen, self._phone.whatsapp) is not None:
            raise self._withdrawn("The tap in the list did nothing.", seen="picker")
        return None

    def _holds_text(self, now: ChatPage) -> bool:
        """The chat itself shows, so nothing waits in a preview."""
        del now
        return False

    def _settle(self, typed: ChatPage) -> Proof:
        """No row in time: the tap did nothing, or the chat is not what shows."""
        if self._shown() is not None:
            self._withdraw()
            after = self._chat.look()
            if after is None:
                raise self._unclear()
            row = self._own_row(typed, after)
            if row is not None:
                raise self._pending(row)
            raise ProvenUnsent(
                "The tap on Send did nothing.", self._evidence.keep(self._chat.screen, row=False)
            )
        now = self._chat.look()
        if now is None:
            try:
                now = follow(self._chat)
            except StaleScreen as exc:
                raise self._unclear() from exc
        return self._search(now, typed)

    def _withdraw(self) -> None:
        """Closes the preview, so that no person sends the file by mistake."""
        for _ in range(_MOST_BACKS):
            if self._shown() is None:
                return
            self._phone.session.back()

    def _withdrawn(self, sentence: str, **facts: str) -> DeviceError:
        """The error for a file that is taken back; keeps what was seen.

        After a tap only a picker or a preview that still shows proves that nothing left.
        """
        kept = self._evidence.keep(self._chat.screen, **facts)
        if self._phone.tapped and sharing_page(self._chat.screen, self._phone.whatsapp) is None:
            return Unconfirmed(sentence, kept)
        self._withdraw()
        return (ProvenUnsent if self._phone.tapped else Transient)(sentence, kept)

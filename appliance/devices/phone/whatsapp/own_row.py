"""Whether a row of a chat can be a message of ours: by its words, and by the file that it has."""

from dataclasses import replace

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.phone.shared_file import safe_name
from appliance.devices.phone.texts import canonical
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.protocol import Outgoing
from appliance.media.kinds import MediaKind

# The signs of a row (`media.py`), without those that stand for files which are still under way.
_SIGNS = {
    MediaKind.IMAGE: "📷👾",
    MediaKind.VIDEO: "🎥👾",
    MediaKind.AUDIO: "🎤🎵",
    MediaKind.VOICE: "🎤🎵",
}
_DOCUMENT = "📄"
_ANY = "📎"


def is_row_of(row: MessageRow, outgoing: Outgoing) -> bool:
    """Of a document the title must fit, too; all other files show no name."""
    if outgoing.file is None:
        return row.says(outgoing.text)
    if row.media is None or not set(row.media) & {*_signs(outgoing.file), _ANY}:
        return False
    return _is_title(row.detail, outgoing.file) and replace(row, media=None).says(outgoing.text)


def _signs(file: OutgoingFile) -> str:
    return _SIGNS.get(file.kind, _DOCUMENT)


def _is_title(shown: str, file: OutgoingFile) -> bool:
    """WhatsApp may leave the ending out."""
    if file.kind in _SIGNS or not shown:
        return True
    name = canonical(safe_name(file.name))
    return canonical(shown) in {name, name.rpartition(".")[0]}

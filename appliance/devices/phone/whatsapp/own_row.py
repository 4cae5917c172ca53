"""Whether a row of a chat can be a message of ours: by its words, and by the file that it has."""

from dataclasses import replace

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.phone.shared_file import safe_name
from appliance.devices.phone.texts import canonical
from appliance.devices.phone.whatsapp.media import ANY, DOCUMENT, signs_of_own
from appliance.devices.phone.whatsapp.rows import MessageRow
from appliance.devices.protocol import Outgoing


def is_row_of(row: MessageRow, outgoing: Outgoing) -> bool:
    """Of a document the title must fit, too; all other files show no name."""
    if outgoing.file is None:
        return row.says(outgoing.text)
    if row.media is None or not set(row.media) & {*signs_of_own(outgoing.file.kind), ANY}:
        return False
    return _is_title(row.detail, outgoing.file) and replace(row, media=None).says(outgoing.text)


def _is_title(shown: str, file: OutgoingFile) -> bool:
    """WhatsApp may leave the ending out."""
    if signs_of_own(file.kind) != DOCUMENT or not shown:
        return True
    name = canonical(safe_name(file.name))
    return canonical(shown) in {name, name.rpartition(".")[0]}

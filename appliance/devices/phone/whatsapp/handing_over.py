"""The command that hands a file to WhatsApp."""

import shlex

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.phone.whatsapp.addresses import GROUP, jid_of
from appliance.media.kinds import MediaKind

_SEND = "android.intent.action.SEND"
_STREAM, _TEXT = "android.intent.extra.STREAM", "android.intent.extra.TEXT"
# Only these are known to get a preview. Were another file handed over for one chat, it could leave
# without a tap, so WhatsApp has to ask for whom it is.
_WITH_PREVIEW = frozenset({MediaKind.IMAGE, MediaKind.VIDEO})
_WITHOUT_CAPTION = frozenset({MediaKind.AUDIO, MediaKind.VOICE})
# WhatsApp makes a contact card of this type into a message of another kind, with other screens.
_PLAIN = {MediaKind.CONTACT: "application/octet-stream"}


def handing_over(
    uri: str,
    file: OutgoingFile,
    *,
    number: str,
    caption: str,
    package: str,
    group: bool = False,
) -> str:
    """Each part is quoted for the phone's shell. `number` may be a hidden one's jid; of a `group`
    it is its address, which WhatsApp may not have shown yet.
    """
    words = ["am", "start", "-a", _SEND, "-t", _PLAIN.get(file.kind, file.type)]
    words += ["--eu", _STREAM, uri, "--grant-read-uri-permission", "-p", package]
    if file.kind in _WITH_PREVIEW and (jid := _chat(number, group=group)):
        words += ["--es", "jid", jid]
    if caption and file.kind not in _WITHOUT_CAPTION:
        words += ["--es", _TEXT, caption]
    return shlex.join(words)


def _chat(number: str, *, group: bool) -> str | None:
    if group:
        return number if number.endswith(GROUP) else None
    return jid_of(number)

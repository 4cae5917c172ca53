"""A file in a form of a page. The form lies on the disk when it is read, so nothing of it is all in
memory.
"""

from starlette.datastructures import FormData, UploadFile

from appliance.api.uploads import FIELD, ReceivedFile, file_name
from appliance.errors import FileRefused, InvalidInput
from appliance.media.files import MediaFiles
from appliance.media.kinds import HEAD_BYTES, need_carried, need_size, told
from appliance.media.probing import measure

_AT_ONCE = 1024 * 1024


def kept_file(form: FormData, files: MediaFiles) -> ReceivedFile:
    """The file lies among the media on return. Blocks.

    Raises InvalidInput for a form without one and for one that WhatsApp does not carry.
    """
    upload = form.get(FIELD)
    if not isinstance(upload, UploadFile) or not upload.size:
        raise InvalidInput(FIELD, "Choose a file first, one that is not empty.")
    try:
        return _kept(upload, upload.size, files)
    except FileRefused as exc:
        raise InvalidInput(FIELD, str(exc)) from exc


def _kept(upload: UploadFile, size: int, files: MediaFiles) -> ReceivedFile:
    name = file_name((upload.filename or "").encode())
    upload.file.seek(0)
    kind = told(upload.file.read(HEAD_BYTES), name)
    need_carried(kind)
    need_size(kind, size)
    upload.file.seek(0)
    with files.growing() as growing:
        while piece := upload.file.read(_AT_ONCE):
            growing.write(piece)
        kept = growing.keep()
    measured = measure(files.path_of(kept.sha256), kind)
    return ReceivedFile(name=name, told=kind, kept=kept, measured=measured)

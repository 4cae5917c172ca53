"""The files in a form of a page. The form lies on the disk when it is read, so nothing of it is
all in memory.
"""

from collections.abc import Sequence

from starlette.datastructures import FormData, UploadFile

from appliance.api.uploads import FIELD, ReceivedFile, file_name
from appliance.errors import FileRefused, InvalidInput
from appliance.media.files import MediaFiles
from appliance.media.kinds import HEAD_BYTES, need_carried, need_size, told
from appliance.media.probing import measure
from appliance.store.media import NewUpload

_AT_ONCE = 1024 * 1024


def kept_files(form: FormData, files: MediaFiles) -> Sequence[ReceivedFile]:
    """The files lie among the media on return, in their order. Blocks.

    Raises InvalidInput for a form without any and for one that WhatsApp does not carry.
    """
    uploads = form.getlist(FIELD)
    if not uploads:
        raise _none()
    return [_kept_one(upload, files) for upload in uploads]


def uploads_of(
    received: Sequence[ReceivedFile], *, staff_id: str | None, branch_id: str
) -> Sequence[NewUpload]:
    return [
        NewUpload(
            told=each.told,
            name=each.name,
            kept=each.kept,
            measured=each.measured,
            staff_id=staff_id,
            branch_id=branch_id,
        )
        for each in received
    ]


def _kept_one(upload: UploadFile | str, files: MediaFiles) -> ReceivedFile:
    if not isinstance(upload, UploadFile) or not upload.size:
        raise _none()
    try:
        return _kept(upload, upload.size, files)
    except FileRefused as exc:
        raise InvalidInput(FIELD, str(exc)) from exc


def _none() -> InvalidInput:
    return InvalidInput(FIELD, "Choose a file first, one that is not empty.")


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

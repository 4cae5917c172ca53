"""`POST /media`: a file to send, written to the disk as it comes."""

from typing import Any

from fastapi import APIRouter, Request, Response, Security

from appliance.api.json import examples, idempotency
from appliance.api.json.bodies import UploadOut
from appliance.api.json.callers import Caller, caller_of, check_still_valid, identify
from appliance.api.json.documented import answers
from appliance.api.json.idempotency import StoredResponse
from appliance.api.json.mapping import body_of
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.uploads import ReceivedFile, receive_file
from appliance.desk.access.tokens import Scope
from appliance.reasons import Reason
from appliance.store.media import NewUpload, add_upload
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["media"], route_class=DirectRoute)

_WRITES_MEDIA = Security(identify, scopes=[Scope.MEDIA_WRITE.value])
_CREATED = 201
_CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Sanne van de balie\r\nTEL:+31612345678\r\nEND:VCARD\r\n"
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                },
                "example": {"file": _CARD},
            }
        },
    },
    "parameters": [IDEMPOTENCY_KEY],
}


@router.post(
    "/media",
    dependencies=[_WRITES_MEDIA],
    operation_id="addMedia",
    summary="Upload a file to send",
    status_code=_CREATED,
    response_model=None,
    openapi_extra=_FORM,
    responses=answers(
        UploadOut,
        examples.UPLOAD,
        "unauthorized",
        "forbidden",
        Reason.IDEMPOTENCY_MISMATCH,
        "too-large",
        "unsupported-media",
        "invalid-input",
        "store-unavailable",
        status=_CREATED,
        description="It is kept. What it is was told by its content.",
        headers=examples.REPLAYED_HEADER,
    ),
)
async def add_media(request: Request) -> Response:
    """Photos, films and sound have at most 16 MB, documents 100 MB: so much does WhatsApp carry."""
    caller = await caller_of(request, Scope.MEDIA_WRITE.value)
    key = idempotency.checked(request.headers.get("idempotency-key"))
    received = await receive_file(request, caller.services.media_files)
    answer = await caller.services.store.awrite(lambda tx: _post(tx, caller, received, key))
    return answer.sent()


def _post(tx: Tx, caller: Caller, received: ReceivedFile, key: str | None) -> StoredResponse:
    check_still_valid(tx, caller)

    def work(tx: Tx) -> dict[str, Any]:
        return body_of(UploadOut, add_upload(tx, upload_of(caller, received)))

    same = f"{received.kept.sha256} {received.name}".encode()
    return idempotency.once(tx, caller.token.id, key, same, work, status=_CREATED)


def upload_of(caller: Caller, received: ReceivedFile) -> NewUpload:
    """The token's own until a message has it."""
    return NewUpload(
        told=received.told,
        name=received.name,
        kept=received.kept,
        measured=received.measured,
        token_id=caller.token.id,
        branch_id=caller.token.branch_id,
    )

"""Files by their id: sent up, told of, had, and let go."""

import asyncio

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from appliance.api.cloud import ids
from appliance.api.cloud.callers import caller_of
from appliance.api.cloud.phones import line_of
from appliance.api.file_answers import file_answer
from appliance.api.json.callers import check_still_valid
from appliance.api.json.media import seen_media
from appliance.api.json.uploading import upload_of
from appliance.api.uploads import receive_file
from appliance.desk.access.tokens import Scope
from appliance.errors import NotFound
from appliance.store import cloud_messages, forgetting
from appliance.store.media import Media, add_upload
from appliance.store.store import Tx


async def post_file(request: Request) -> Response:
    """What it is its content tells, whatever `type` says."""
    caller = await caller_of(request, Scope.MEDIA_WRITE)
    store, phone = caller.services.store, request.path_params["node"]
    await store.aread(lambda conn: line_of(conn, caller.sight, phone))
    received = await receive_file(request, caller.services.media_files)

    def keep(tx: Tx) -> Media:
        check_still_valid(tx, caller)
        return add_upload(tx, upload_of(caller, received))

    kept = await store.awrite(keep)
    return JSONResponse({"id": ids.file_to(kept.id)})


async def get_file(request: Request, media_id: str) -> Response:
    """Where it is had, and what it is."""
    caller = await caller_of(request, Scope.MEDIA_READ)
    media = (await seen_media(caller, media_id)).media
    if media.here is None:
        raise NotFound("file")
    node = ids.file_to(media.id)
    return JSONResponse(
        {
            "messaging_product": "whatsapp",
            "url": f"{request.base_url}{request.path_params['version']}/{node}/file",
            "mime_type": media.type,
            "sha256": media.here,
            "file_size": media.bytes,
            "id": node,
        }
    )


async def get_content(request: Request) -> Response:
    caller = await caller_of(request, Scope.MEDIA_READ)
    found = await seen_media(caller, ids.file_from(request.path_params["node"]) or "")
    return await file_answer(request, caller.services, found.media)


async def delete_file(request: Request) -> Response:
    """A message that has it keeps it: it is what was written."""
    caller = await caller_of(request, Scope.MEDIA_WRITE)
    media_id = ids.file_from(request.path_params["node"])

    def let_go(tx: Tx) -> None:
        check_still_valid(tx, caller)
        if not media_id or not cloud_messages.let_go(tx, media_id, token_id=caller.token.id):
            raise NotFound("file")

    services = caller.services
    await services.store.awrite(let_go)
    await asyncio.to_thread(forgetting.forget_files, services.store, services.data_dir)
    return JSONResponse({"success": True})

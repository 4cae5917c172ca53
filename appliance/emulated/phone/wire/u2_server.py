"""The HTTP server inside u2.jar (NanoHTTPD) and JSON-RPC on top of it (jsonrpc4j)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.wire.seam import Handset
from appliance.emulated.phone.wire.stream import Stream
from appliance.emulated.phone.wire.u2_errors import INVALID_REQUEST, PARSE_ERROR, JavaError
from appliance.emulated.phone.wire.u2_methods import U2Methods
from appliance.emulated.world.traffic import Traffic

_TEXT = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    verb: str
    path: str
    keep_alive: bool
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    body: bytes
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = _TEXT

    def to_bytes(self, *, keep_alive: bool) -> bytes:
        """NanoHTTPD puts a blank after the reason."""
        head = (
            f"HTTP/1.1 {self.status.value} {self.status.phrase} \r\n"
            f"Content-Type: {self.content_type}\r\n"
            f"Connection: {'keep-alive' if keep_alive else 'close'}\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


class U2Server:
    """The state of one connection."""

    def __init__(self, handset: Handset, traffic: Traffic, stop: Callable[[], None]) -> None:
        self._handset = handset
        self._traffic = traffic
        self._stop = stop
        self._methods = U2Methods(handset, traffic)

    async def serve(self, stream: Stream) -> None:
        while True:
            try:
                request = await _read_request(stream)
            except (ValueError, asyncio.LimitOverrunError):
                text = b"BAD REQUEST: Syntax error. Usage: GET /example/file.html"
                response = HttpResponse(body=text, status=HTTPStatus.BAD_REQUEST)
                await stream.write(response.to_bytes(keep_alive=False))
                return
            self._traffic.round_trips += 1
            self._traffic.http_requests += 1
            if not await self._answer(stream, request) or not request.keep_alive:
                return

    async def _answer(self, stream: Stream, request: HttpRequest) -> bool:
        """Whether the connection may go on."""
        if request.path == "/jsonrpc/0" and request.verb == "POST":
            return await self._answer_rpc(stream, request)
        response = await self._page(request.path)
        try:
            await stream.write(response.to_bytes(keep_alive=request.keep_alive))
        finally:
            if request.path == "/stop":
                self._stop()
        return True

    async def _page(self, path: str) -> HttpResponse:
        if path == "/ping":
            return HttpResponse(body=b"pong")
        if path == "/stop":
            return HttpResponse(body=b"Server stopped!!!")
        if path == "/screenshot/0":
            picture = await self._methods.screen.screenshot()
            if picture is not None:
                return HttpResponse(body=picture, content_type="image/jpeg")
        return HttpResponse(body=b"Not Found!!!", status=HTTPStatus.NOT_FOUND)

    async def _answer_rpc(self, stream: Stream, request: HttpRequest) -> bool:
        method, answer = await self._call(request.body)
        response = HttpResponse(
            body=json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass"),
            content_type="application/json",
        )
        return await self._deliver(stream, method, response, keep_alive=request.keep_alive)

    async def _deliver(
        self, stream: Stream, method: str, response: HttpResponse, *, keep_alive: bool
    ) -> bool:
        """The call has been carried out; now the answer may still be spoilt."""
        faults = self._handset.faults
        if faults.take(FaultKind.NEVER_ANSWERS, method=method):
            await stream.closed_within(None)
            return False
        late = faults.take(FaultKind.LATE_ANSWER, method=method)
        if late is not None and await stream.closed_within(late.seconds):
            return False
        if faults.take(FaultKind.HTTP_500_AFTER_ACTING, method=method):
            text = b"SERVER INTERNAL ERROR: IOException: Broken pipe"
            response = HttpResponse(body=text, status=HTTPStatus.INTERNAL_SERVER_ERROR)
        data = response.to_bytes(keep_alive=keep_alive)
        cut = faults.take(FaultKind.STREAM_CUT, method=method) is not None
        await stream.write(data[: len(data) // 2] if cut else data)
        return not cut

    async def _call(self, body: bytes) -> tuple[str, dict[str, Any]]:
        """The method's name and the JSON-RPC answer, which has no `error` when all is well."""
        try:
            call = json.loads(body)
        except ValueError:
            return "", _failure("null", JavaError(PARSE_ERROR, "JSON parse error"))
        if not isinstance(call, dict) or not isinstance(call.get("method"), str):
            return "", _failure("null", JavaError(INVALID_REQUEST, "Invalid Request"))
        method = call["method"]
        self._traffic.rpc_calls[method] += 1
        try:
            result = await self._methods.call(method, call.get("params"))
        except JavaError as exc:
            return method, _failure(call.get("id"), exc)
        return method, {"jsonrpc": "2.0", "id": call.get("id"), "result": result}


def _failure(call_id: Any, error: JavaError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call_id, "error": error.to_json()}


async def _read_request(stream: Stream) -> HttpRequest:
    """Raises ValueError or asyncio.LimitOverrunError on what is no HTTP request."""
    head = (await stream.read_until(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.rstrip("\r\n").split("\r\n")
    verb, path, version = request_line.split(" ")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    connection = headers.get("connection", "keep-alive" if version == "HTTP/1.1" else "close")
    return HttpRequest(
        verb=verb,
        path=path.partition("?")[0],
        keep_alive=connection.lower() == "keep-alive",
        body=await stream.read_exactly(int(headers.get("content-length", "0"))),
    )

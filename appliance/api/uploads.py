"""A file that comes in pieces, as in a form: written to the disk as it comes, and refused as soon
as it can be.

The bytes are never all in memory. What is told of them is told by the first few thousand, so a file
that cannot be carried is refused before the rest of it came, and one whose announced size is too
large before any of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from appliance.characters import clean_file_name
from appliance.errors import InvalidInput
from appliance.media.files import GrowingFile, KeptFile, MediaFiles
from appliance.media.kinds import (
    HEAD_BYTES,
    MOST,
    FileType,
    need_carried,
    need_size,
    told,
    too_large,
)
from appliance.media.probing import Measured, measure

FIELD = "file"
_FORM_BYTES = 16 * 1024
"""What a form may have beside the file: boundaries, heads of parts."""
_AT_ONCE = 256 * 1024
_LONGEST_BOUNDARY = 70
"""Bytes (RFC 2046 §5.1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    name: str
    told: FileType
    kept: KeptFile
    measured: Measured


async def receive_file(request: Request, files: MediaFiles) -> ReceivedFile:
    """The file of the field `file`; it lies among the media on return.

    Raises InvalidInput for a form without it, FileTooLarge or FileNotCarried.
    """
    form = _FileForm(_boundary(request))
    announced = _announced(request)
    if announced is not None and announced > MOST + _FORM_BYTES:
        raise too_large(f"no file on WhatsApp has more than {MOST >> 20} MB")
    at_least = 0 if announced is None else announced - _FORM_BYTES
    return await receive(form.pieces(request), files, lambda: form.name, at_least=at_least)


async def receive(
    pieces: AsyncIterator[bytes], files: MediaFiles, name: Callable[[], str], *, at_least: int = 0
) -> ReceivedFile:
    """A file as it comes; it lies among the media on return. `name` is asked once the first of it
    is there; `at_least`: so many bytes were announced.

    Raises InvalidInput for an empty one, FileTooLarge or FileNotCarried.
    """
    kind, waiting = None, bytearray()
    with ExitStack() as stack:
        growing = await asyncio.to_thread(stack.enter_context, files.growing())
        async for piece in pieces:
            waiting += piece
            if kind is None and len(waiting) >= HEAD_BYTES:
                kind = _accepted(waiting, name(), at_least)
            if kind is not None:
                need_size(kind, growing.bytes + len(waiting))
            if kind is not None and len(waiting) >= _AT_ONCE:
                await asyncio.to_thread(growing.write, bytes(waiting))
                waiting.clear()
        if not growing.bytes and not waiting:
            raise InvalidInput(FIELD, "The file is empty. Choose another one.")
        kind = kind or _accepted(waiting, name(), at_least)
        return await asyncio.to_thread(_finish, bytes(waiting), kind, name(), growing, files)


def _finish(
    rest: bytes, kind: FileType, name: str, growing: GrowingFile, files: MediaFiles
) -> ReceivedFile:
    growing.write(rest)
    need_size(kind, growing.bytes)
    kept = growing.keep()
    measured = measure(files.path_of(kept.sha256), kind)
    return ReceivedFile(name=name, told=kind, kept=kept, measured=measured)


def _accepted(head: bytearray, name: str, at_least: int) -> FileType:
    """What it is, by its first bytes."""
    kind = told(bytes(head[:HEAD_BYTES]), name)
    need_carried(kind)
    need_size(kind, at_least)
    return kind


class _FileForm:
    """Takes a multipart form apart as it comes."""

    def __init__(self, boundary: bytes) -> None:
        self.name = ""
        self._waiting = bytearray()
        self._complete = False
        self._wanted = False
        self._header = bytearray()
        self._value = bytearray()
        self._beside = 0
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_data": self._data,
                "on_part_end": self._part_end,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._header_end,
            },
        )

    async def pieces(self, request: Request) -> AsyncIterator[bytes]:
        """Of its file. Raises InvalidInput."""
        async for chunk in request.stream():
            try:
                self._parser.write(chunk)
            except MultipartParseError as exc:
                raise InvalidInput(
                    FIELD, "The body is no multipart form that can be read."
                ) from exc
            yield bytes(self._waiting)
            self._waiting.clear()
        if not self._complete:
            raise InvalidInput(FIELD, "Send the file as the field “file” of a multipart form.")

    def _header_end(self) -> None:
        name, value = self._header.decode("latin-1").lower(), self._value.decode("latin-1")
        self._header.clear()
        self._value.clear()
        if name == "content-disposition":
            _, options = parse_options_header(value)
            self._wanted = options.get(b"name") == FIELD.encode() and not self._complete
            if self._wanted:
                self.name = file_name(options.get(b"filename", b""))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._wanted:
            self._waiting += data[start:end]
            return
        self._beside += end - start
        if self._beside > _FORM_BYTES:
            raise InvalidInput(FIELD, "Send nothing beside the file.")

    def _part_end(self) -> None:
        self._complete |= self._wanted
        self._wanted = False


def file_name(raw: bytes) -> str:
    """The name without its folders and without what cannot be shown; its ending stays."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return clean_file_name(text) or FIELD


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= _LONGEST_BOUNDARY:
        raise InvalidInput(FIELD, "Send the file as the field “file” of a multipart form.")
    return boundary


def _announced(request: Request) -> int | None:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdigit() else None

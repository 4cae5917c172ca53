"""Encrypts for somebody whose private key is elsewhere, by Debian's program `age`.

This machine has the public half alone: what it wrote it cannot read again, and neither can who
takes its card.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol

from appliance.errors import SetupError, StoreCorrupt, StoreUnavailable

PROGRAM = "age"
_BLOCK_BYTES = 1024 * 1024
_BEGINS = (b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----")
_CHUNK_BYTES = 64 * 1024
_TAG_BYTES = 16
"""A chunk of a file of age is so long, and so much longer when it is encrypted (age-encryption.org,
v1).
"""
_HEAD_BYTES = 64 * 1024
_END_OF_HEAD = b"\n--- "


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


def is_encrypted(head: bytes) -> bool:
    """`head` is how a file begins."""
    return head.startswith(_BEGINS)


@contextmanager
def encrypting(recipient: str, onto: Sink) -> Iterator[IO[bytes]]:
    """What is written to it goes to `onto`, encrypted; all of it has gone there after the block.

    Raises SetupError where age is not there or does not take the recipient, and what writing to
    `onto` raises.
    """
    with _running("--encrypt", "--recipient", recipient) as process:
        drain = _Drain(_pipe(process.stdout), onto)
        drain.start()
        try:
            # A pipe that broke is said by whoever broke it.
            with suppress(BrokenPipeError), _pipe(process.stdin) as entry:
                yield entry
        finally:
            drain.join()
        said = _words_of(process)
    if drain.failed is not None:
        raise drain.failed
    if process.returncode:
        raise SetupError(f"age could not encrypt the copy ({said}).")


@contextmanager
def decrypting(path: Path, identity: Path) -> Iterator[IO[bytes]]:
    """The content of an encrypted file, to be read to its end.

    Raises SetupError where age is not there or the identity does not open it, and StoreCorrupt for
    what is damaged or cut short, whatever was raised inside.
    """
    with _running("--decrypt", "--identity", str(identity), str(path)) as process:
        counted = _CountedPipe(_pipe(process.stdout))
        broken: Exception | None = None
        try:
            yield counted  # type: ignore[misc]  # it has what a reader asks for
        except Exception as exc:
            broken = exc
        with suppress(OSError):
            counted.drain()
        said = _words_of(process)
    if process.returncode:
        raise _why_not(path, identity, said, counted.bytes) from broken
    if broken is not None:
        raise broken


class _CountedPipe:
    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.bytes = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.bytes += len(data)
        return data

    def drain(self) -> None:
        while self.read(_BLOCK_BYTES):
            pass


class _Drain(threading.Thread):
    """Carries what age says to where it belongs, while age is fed."""

    def __init__(self, source: IO[bytes], onto: Sink) -> None:
        super().__init__(name="age-output", daemon=True)
        self._source, self._onto = source, onto
        self.failed: Exception | None = None

    def run(self) -> None:
        with self._source:
            try:
                while block := self._source.read(_BLOCK_BYTES):
                    self._onto.write(block)
            except Exception as exc:
                self.failed = exc


@contextmanager
def _running(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Ends it where the block is left by an error."""
    try:
        process = subprocess.Popen(
            [PROGRAM, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as exc:
        raise SetupError("age is not installed; do: apt-get install age.") from exc
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(OSError):
                _pipe(pipe).close()


def _words_of(process: subprocess.Popen[bytes]) -> str:
    """What it said of an error, once it has ended: a line or two, less than a pipe holds."""
    said = _pipe(process.stderr).read().decode("utf-8", "replace")
    process.wait()
    first = next((line for line in said.splitlines() if line.strip()), "it does not say why")
    return first.removeprefix("age: ").removeprefix("error: ").strip()


def _why_not(path: Path, identity: Path, said: str, content_bytes: int) -> Exception:
    if "no identity matched" in said or "incorrect passphrase" in said:
        return SetupError(
            f"{identity} does not open {path}: it was encrypted for somebody else. Take the private"
            " half of the recipient that the copy was made for."
        )
    if "EOF" in said or ("payload chunk" in said and _ends_there(path, content_bytes)):
        return StoreCorrupt(f"{path} is cut short; take another copy.")
    if "payload" in said or "header" in said or "MAC" in said:
        return StoreCorrupt(f"{path} is damaged ({said}); take another copy.")
    return SetupError(f"{path} cannot be opened with {identity} ({said}).")


def _ends_there(path: Path, content_bytes: int) -> bool:
    """Whether the chunk that could not be read is the last one of the file: one that ends too soon
    cannot be told from one whose end was changed.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        place = head.find(_END_OF_HEAD)
        begins = head.find(b"\n", place + 1) + 1 + _TAG_BYTES
        left = path.stat().st_size - begins
    except OSError as exc:
        raise StoreUnavailable(f"{path} cannot be read ({exc.strerror}).") from exc
    return content_bytes // _CHUNK_BYTES >= (left - 1) // (_CHUNK_BYTES + _TAG_BYTES)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise TypeError("every stream of age is a pipe")
    return pipe

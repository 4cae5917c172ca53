"""Loads NATS's client without what it brings for web sockets, which nobody speaks here: aiohttp is
here for other reasons, and would cost a box eight megabytes.
"""

import importlib
import logging
import sys
import threading
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec


def has_client() -> bool:
    """Whether the optional package is there (`pip install balie[nats]`)."""
    return find_spec("nats") is not None


def load_client() -> None:
    """Before the first import of it; again it does nothing."""
    logging.getLogger("asyncio").addFilter(_says_something)
    if "nats" in sys.modules:
        return
    without = _Without("aiohttp")
    sys.meta_path.insert(0, without)
    try:
        importlib.import_module("nats.aio.client")
    finally:
        sys.meta_path.remove(without)


def _says_something(record: logging.LogRecord) -> bool:
    """Asyncio remarks on how the client ends each connection over TLS, and nothing is wrong."""
    return "eof_received" not in record.getMessage()


class _Without(MetaPathFinder):
    """For this thread alone: others may load the package meanwhile."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread = threading.get_ident()

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname == self._name and threading.get_ident() == self._thread:
            raise ImportError(fullname)
        return None

"""What Balie says of itself, asked on this machine as any program may: no token, no database."""

import http.client
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

_DEADLINE_S = 5.0
_MOST_BYTES = 4_000_000
_INCIDENTS = re.compile(rb"^balie_incidents\{[^}]*\} ([0-9.e+]+)$", re.MULTILINE)
_OK, _FAILED = 200, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BalieSays:
    """`is_set_up` None: it does not say."""

    is_ready: bool = False
    incidents: int = 0
    is_set_up: bool | None = None


def ask(port: int, *, host: str = "127.0.0.1") -> BalieSays:
    """A Balie that does not answer is not ready, and says nothing else."""
    status, _ = _get(host, port, "/readyz")
    if status is None:
        return BalieSays()
    _, figures = _get(host, port, "/metrics")
    setup, _ = _get(host, port, "/setup")
    return BalieSays(
        is_ready=status == _OK,
        incidents=sum(int(float(each)) for each in _INCIDENTS.findall(figures)),
        is_set_up=None if setup is None or setup >= _FAILED else setup != _OK,
    )


def _get(host: str, port: int, path: str) -> tuple[int | None, bytes]:
    headers: Mapping[str, str] = {"Host": f"localhost:{port}", "Connection": "close"}
    try:
        with closing(http.client.HTTPConnection(host, port, timeout=_DEADLINE_S)) as asked:
            asked.request("GET", path, headers=headers)
            answer = asked.getresponse()
            return answer.status, answer.read(_MOST_BYTES)
    except (OSError, http.client.HTTPException):
        return None, b""

"""Answers are compressed for who takes gzip: pages and JSON as they are made, static files once.

A stream of events is not compressed (`DEFAULT_EXCLUDED_CONTENT_TYPES` of Starlette): its hints are
small, and a buffer would hold them back.

A page holds the token of its forms beside text that anybody may send in a message, so whoever sees
the lengths of many answers could guess the token (BREACH, CVE-2013-3587). The guessed token opens
nothing: a request needs the session's cookie, which no other site's form sends along
(`cookies.py`, `SameSite`) and no script reads, and over https browsers say where a request comes
from (`visit.py: _check`). Over plain http there is nothing left to guess. The session's own token
stands in no page.
"""

import functools
import os
import zlib
from pathlib import Path

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from appliance.api.web.assets import text_of

LEVEL = 5
"""A page of 45 kB takes a millisecond; higher levels take twice as long for a hundredth less."""
BEST = 9
_GZIP = 16 + zlib.MAX_WBITS
_TEXTS = frozenset({".css", ".js", ".svg"})


class Compression(GZipMiddleware):
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, compresslevel=LEVEL)


class StaticTexts(StaticFiles):
    """Static files, whose texts are compressed when they are first asked for and kept so."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        plain = super().file_response(full_path, stat_result, scope, status_code)
        asked, path = Headers(scope=scope), Path(full_path)
        if not isinstance(plain, FileResponse) or path.suffix not in _TEXTS:
            return plain
        if "range" in asked:
            return plain
        headers = {name: plain.headers[name] for name in ("content-type", "etag", "last-modified")}
        headers |= {"Vary": "Accept-Encoding"}
        if "gzip" not in asked.get("accept-encoding", ""):
            return Response(text_of(path), status_code, headers)
        body = compressed(path, stat_result.st_mtime_ns)
        return Response(body, status_code, headers | {"Content-Encoding": "gzip"})


@functools.cache
def compressed(path: Path, _changed_ns: int) -> bytes:
    compressor = zlib.compressobj(BEST, zlib.DEFLATED, _GZIP)
    return compressor.compress(text_of(path)) + compressor.flush()

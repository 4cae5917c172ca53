"""Errors as a page or a part of one, in the reader's language."""

import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response

from appliance.api.late_route import LateRoute
from appliance.api.web import templating
from appliance.api.web.refusal import note_of
from appliance.api.web.visit import (
    ForgedRequest,
    LogInFirst,
    PasskeyFirst,
    is_partial,
    login_address,
)
from appliance.api.web.words import archive_sentences
from appliance.api.web.words.i18n import Words, best_language
from appliance.errors import InvalidInput, LettersMissing, NotFound, Refused, StoreError

log = logging.getLogger(__name__)


class PageRoute(LateRoute):
    """A route of the pages; the JSON API answers the same errors in its own way."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except (LogInFirst, PasskeyFirst) as exc:
                return _to_login(request, exc)
            except (NotFound, RequestValidationError):
                return _failed(request, 404, "There is nothing here, or not for you.")
            except ForgedRequest:
                return _failed(
                    request, 403, "The page was too old. Load it again and repeat what you did."
                )
            except (InvalidInput, Refused) as exc:
                return _refused(request, exc)
            except (StoreError, LettersMissing) as exc:
                log.exception("%s %s failed", request.method, request.url.path)
                return _unable(request, exc)

        return handle


def _unable(request: Request, exc: StoreError | LettersMissing) -> Response:
    if isinstance(exc, LettersMissing):
        return _failed(request, 503, archive_sentences.WHY["letters"])
    return _failed(request, 503, "Balie cannot reach its database now. Nothing was changed.")


def nothing_here(request: Request) -> Response:
    """For an address that no page has."""
    return _failed(request, 404, "There is nothing here, or not for you.")


def not_during_trial(request: Request, headers: Mapping[str, str]) -> Response:
    """For whatever would change something while a new version is on trial."""
    answer = _failed(
        request, 503, "A new version of Balie is on trial. Nothing was kept; try again in a minute."
    )
    answer.headers.update(headers)
    return answer


def broken(request: Request) -> Response:
    """For an error that nobody foresaw."""
    return _failed(request, 500, "Balie made a mistake. What it was is in its log.")


def _to_login(request: Request, exc: LogInFirst | PasskeyFirst) -> Response:
    address = exc.address if isinstance(exc, PasskeyFirst) else login_address(exc.back)
    if is_partial(request):
        return Response(status_code=401, headers={"HX-Redirect": address})
    return Response(status_code=303, headers={"Location": address})


def _refused(request: Request, exc: InvalidInput | Refused) -> Response:
    words = _words(request)
    note = note_of(words, exc)
    status = 409 if isinstance(exc, Refused) else 422
    if is_partial(request):
        return HTMLResponse(templating.render("_note.html", words, note=note), status)
    return _page(words, status, f"{note.sentence} {note.remedy}".strip())


def _failed(request: Request, status: int, sentence: str) -> Response:
    words = _words(request)
    said = words.text(sentence)
    if is_partial(request):
        # The open page stays as it is; its script shows the sentence.
        return HTMLResponse(said, status, headers={"HX-Reswap": "none"})
    return _page(words, status, said)


def _page(words: Words, status: int, sentence: str) -> Response:
    html = templating.render(
        "error.html", words, theme=None, csrf="", session=None, sentence=sentence, status=status
    )
    return HTMLResponse(html, status)


def _words(request: Request) -> Words:
    """The language of the page if it is already known, else the browser's."""
    known = getattr(request.state, "language", None)
    return Words(known or best_language(request.headers.get("accept-language")))

"""The cookies: out of reach of scripts, and not sent along by other sites' forms."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response


@dataclass(frozen=True, slots=True)
class Cookie:
    """`max_age_s` None: until the browser closes."""

    name: str
    max_age_s: int | None

    def read(self, request: Request) -> str | None:
        return request.cookies.get(self.name) or None

    def put(self, answer: Response, value: str, *, secure: bool) -> None:
        answer.set_cookie(
            self.name, value, max_age=self.max_age_s, httponly=True, samesite="lax", secure=secure
        )

    def drop(self, answer: Response, *, secure: bool) -> None:
        answer.delete_cookie(self.name, httponly=True, samesite="lax", secure=secure)


_WEEK_S = 7 * 24 * 3600
_YEAR_S = 365 * 24 * 3600
_TEN_MINUTES_S = 600

SESSION = Cookie("balie_session", _WEEK_S)
#: Says only that this browser has logged in as that person before.
DEVICE = Cookie("balie_device", _YEAR_S)
#: Which log-in this browser has begun at the provider.
BEGUN = Cookie("balie_begun", _TEN_MINUTES_S)
#: The token of the door's forms, for who is not logged in yet.
GUEST = Cookie("balie_guest", None)

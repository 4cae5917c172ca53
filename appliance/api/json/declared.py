"""A read of the JSON API is one declaration, from which the route, the document and the answer are
made.

The read itself raises NotFound for what the caller may not see. This module handles scopes, pages
and problems, which are the same for all reads.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import APIRouter, Depends, Request, Security
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from appliance.api.json.bodies import PageOut
from appliance.api.json.callers import Caller, identify
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import HasId, page
from appliance.api.json.tags import IF_NONE_MATCH, TAG_HEADER, tagged
from appliance.desk.access.accesses import Accesses, Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope


class HasLimit(Protocol):
    @property
    def limit(self) -> int: ...


Found = TypeVar("Found")
Asked = TypeVar("Asked")
Entry = TypeVar("Entry", bound=HasId)
AskedPage = TypeVar("AskedPage", bound=HasLimit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(ABC, Generic[Asked, Found]):
    """`name` is the name of the operation in the document. `asked` is an async function that parses
    the address; its parameters are shown in the document. `read` is given what `asked` returns.
    `description` says what the answer is. `problems` are possible answers, too, beside those of
    every read.
    """

    tag: str
    path: str
    scope: Scope
    name: str
    summary: str
    description: str
    asked: Callable[..., Awaitable[Asked]]
    read: Callable[[sqlite3.Connection, Sight, Asked], Found]
    model: type[BaseModel]
    example: Mapping[str, Any]
    problems: tuple[str, ...] = ()

    @abstractmethod
    def body(self, found: Found, asked: Asked) -> dict[str, Any]: ...

    @abstractmethod
    def whom(self, found: Found, asked: Asked) -> Iterable[Shown]: ...

    def tell(self, accesses: Accesses, asked: Asked) -> None:
        """What else the log of reading is told, beside whom it shows: nothing of most reads."""

    @property
    @abstractmethod
    def answer(self) -> tuple[type[BaseModel], Mapping[str, Any]]:
        """The model and the example of a whole answer."""

    def add_to(self, router: APIRouter, answer: "Answer | None" = None) -> None:
        """`answer` finds what is asked for elsewhere than in the database of this house."""
        from_where = answer or _from_here

        async def endpoint(
            request: Request,
            caller: Annotated[Caller, Security(identify, scopes=[self.scope.value])],
            asked: Annotated[Any, Depends(self.asked)],
        ) -> Response:
            return await from_where(self, request, caller, asked)

        model, example = self.answer
        etag = {"ETag": TAG_HEADER}
        problems = (*READ_PROBLEMS, *self.problems)
        router.add_api_route(
            self.path,
            endpoint,
            tags=[self.tag],
            operation_id=self.name,
            summary=self.summary,
            response_model=None,
            responses={
                **answers(model, example, *problems, description=self.description, headers=etag),
                304: {"description": "It is as `If-None-Match` says."},
            },
            openapi_extra={"parameters": [IF_NONE_MATCH]},
        )


Answer = Callable[[Read[Any, Any], Request, Caller, Any], Awaitable[Response]]


async def _from_here(
    read: Read[Any, Any], request: Request, caller: Caller, asked: Any
) -> Response:
    found = await caller.accesses.read(
        lambda conn: read.read(conn, caller.sight, asked),
        lambda found: read.whom(found, asked),
    )
    read.tell(caller.accesses, asked)
    return tagged(request, JSONResponse(read.body(found, asked)))


@dataclass(frozen=True, slots=True, kw_only=True)
class One(Read[Asked, Found]):
    """`shown` says whose data it is; None when it is no person's data."""

    shown: Callable[[Found], Shown | None]

    def body(self, found: Found, asked: Asked) -> dict[str, Any]:
        del asked
        return body_of(self.model, found)

    def whom(self, found: Found, asked: Asked) -> Iterable[Shown]:
        del asked
        shown = self.shown(found)
        return () if shown is None else (shown,)

    @property
    def answer(self) -> tuple[type[BaseModel], Mapping[str, Any]]:
        return self.model, self.example


@dataclass(frozen=True, slots=True, kw_only=True)
class Many(Read[AskedPage, Sequence[Entry]]):
    """A page of entries; `model`, `example` and `shown` are for one entry. `asked` gives a limit of
    one more than the page, so `read` finds one more when there is a next page.
    """

    shown: Callable[[Entry], Shown | None]

    def body(self, found: Sequence[Entry], asked: AskedPage) -> dict[str, Any]:
        return page(found, asked.limit - 1, lambda entry: body_of(self.model, entry))

    def whom(self, found: Sequence[Entry], asked: AskedPage) -> Iterable[Shown]:
        shown = (self.shown(entry) for entry in found[: asked.limit - 1])
        return (each for each in shown if each is not None)

    @property
    def answer(self) -> tuple[type[BaseModel], Mapping[str, Any]]:
        model: type[BaseModel] = PageOut[self.model]  # type: ignore[name-defined]
        return model, {"items": [self.example], "next": None}


def nobody(_: object) -> None:
    """The `shown` of reads that hold no person's data."""

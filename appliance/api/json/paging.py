"""Lists as pages: `{items, next}`, where `next` is the id of the last item."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Depends, Query

from appliance.api.json.forms import Cursor
from appliance.desk.inbox.directory import Page
from appliance.errors import InvalidInput
from appliance.ids import is_id

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class HasId(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=HasId)

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Items on a page.")]
After = Annotated[Cursor, Query(description="`next` of the page before.")]


async def page_of(limit: Limit = DEFAULT_LIMIT, after: After = None) -> Page:
    """One more than the page: the extra item shows that there is a next page."""
    return Page(after=cursor(after) or "", limit=limit + 1)


Paged = Annotated[Page, Depends(page_of)]


def cursor(after: str | None) -> str | None:
    """Raises InvalidInput when the value is no `next` of ours."""
    if after is not None and not is_id(after):
        raise InvalidInput("after", "“after” is not a cursor: give the “next” of a page.")
    return after and after.lower()


def page(
    found: Sequence[Item], limit: int, shape: Callable[[Item], dict[str, Any]]
) -> dict[str, Any]:
    """`found` holds one item more than `limit` when there is a next page."""
    items = found[:limit]
    more = len(found) > limit
    return {"items": [shape(item) for item in items], "next": items[-1].id if more else None}

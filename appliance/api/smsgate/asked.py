"""What a list is asked for in an address: as SMSGate's clients write it."""

from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from appliance.api.json.times import ms_or_none
from appliance.desk.smsgate.paging import Span

MOST_ROWS = 100
USUAL_ROWS = 50
_FURTHEST = 2**53

DeviceId = Annotated[str | None, Query(alias="deviceId", max_length=64)]


async def span_of(
    from_: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    to: AwareDatetime | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = USUAL_ROWS,
    offset: Annotated[int, Query(ge=0, le=_FURTHEST)] = 0,
    sort: Annotated[str, Query(pattern="^-?created_at$")] = "-created_at",
) -> Span:
    return Span(
        from_ms=ms_or_none(from_),
        to_ms=ms_or_none(to),
        oldest_first=sort == "created_at",
        limit=limit,
        offset=offset,
    )

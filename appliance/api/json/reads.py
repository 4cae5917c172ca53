"""Every declared read: the routes and the document are made of this list."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter

from appliance.api.json import (
    archive,
    audit,
    care,
    consents,
    conversations,
    directory,
    erasing,
    groups,
    holding,
    hours,
    incidents,
    line_rules,
    list_sends,
    messages,
    people,
    retention,
    rounds,
    saved_lists,
    search,
    texts,
    webhook_reads,
)
from appliance.api.json.declared import Read
from appliance.api.late_route import LateRoute

READS: Sequence[Read[Any, Any]] = (
    *messages.READS,
    *care.READS,
    *directory.READS,
    *people.READS,
    *conversations.READS,
    *groups.READS,
    *incidents.READS,
    *search.READS,
    *texts.READS,
    *rounds.READS,
    *saved_lists.READS,
    *list_sends.READS,
    *line_rules.READS,
    *hours.READS,
    *audit.READS,
    *consents.READS,
    *holding.READS,
    *archive.READS,
    *erasing.READS,
    *retention.READS,
    *webhook_reads.READS,
)

router = APIRouter(prefix="/api/v1", route_class=LateRoute)
for _read in READS:
    _read.add_to(router)

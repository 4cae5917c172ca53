"""What was asked of a conversation at the office, and its box has not decided yet."""

import sqlite3
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import Field

from appliance.api.json.callers import Caller
from appliance.api.json.office_bodies import ConversationOut, StaffRef
from appliance.office.tables import commands


class OfficeConversationOut(ConversationOut):
    claim_asked: StaffRef | None = Field(
        description="Who is to have it, as the office asked; the box has not decided. Else null."
    )


def asked_claims(
    conn: sqlite3.Connection, conversation_ids: Collection[str]
) -> Mapping[str, Mapping[str, str]]:
    """Of office.db: `{id, name}` by conversation; of several claims the latest."""
    claims: dict[str, Mapping[str, str]] = {}
    for given in commands.open_cases(conn, conversation_ids):
        asked = given.command.body
        conversation = asked["conversation"]
        if asked.get("assignee") is not None:
            claims[conversation] = {"id": asked["assignee"], "name": asked["assignee_name"]}
        elif "assignee" in asked:
            claims.pop(conversation, None)
    return claims


def with_claims(body: dict[str, Any], claims: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A conversation, or a page of them, with `claim_asked` in each."""
    if "items" in body:
        return {**body, "items": [with_claims(each, claims) for each in body["items"]]}
    return {**body, "claim_asked": claims.get(body["id"])}


def ids_in(body: Mapping[str, Any]) -> list[str]:
    return [each["id"] for each in body["items"]] if "items" in body else [body["id"]]


async def claimed(caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    ids = ids_in(body)
    claims = await caller.services.store.aread(lambda conn: asked_claims(conn, ids))
    return with_claims(body, claims)

"""What one gives somebody who may not be written to yet: a link with which they write first."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.website.facts import website_of
from appliance.desk.website.first_words import words_of
from appliance.store import branches, lines, routes

_AGAIN = "START"
"""What somebody writes who asked to stop and thinks better of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """`links` open the person's own app with words that they send themselves; best first.
    `language` is that in which the branch writes.
    """

    branch: str
    number: str
    language: str
    links: Sequence[tuple[Channel, str]]


def of_line(conn: sqlite3.Connection, line_id: str, *, stopped: bool) -> HandOver:
    """`stopped`: for somebody who asked to stop, and whose own word alone ends that."""
    line = lines.line(conn, line_id)
    branch = branches.branch(conn, line.branch_id)
    language = branch.settings.language
    said = _AGAIN if stopped else words_of(website_of(conn, line.id), branch.name, language)
    ways = dict.fromkeys(each.channel for each in routes.routes_of_line(conn, line.id))
    found = [(each, each.link_to(line.number, said)) for each in ways]
    return HandOver(
        branch=branch.name,
        number=line.number,
        language=language,
        links=[(channel, link) for channel, link in found if link],
    )

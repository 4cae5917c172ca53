"""One server on a database of size for all figures of the desk, and sessions of all its staff."""

import atexit
import re
import sqlite3
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from appliance.desk.access.rights import Permission, rights_of
from appliance.store import lines
from appliance.store.connection import connect_reader
from tests.bench.desk_database import FILE, copied
from tests.bench.desk_pages import Page, Reader, open_pages
from tests.bench.desk_server import Server, running


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The server, and the browser of a planner of one branch."""

    server: Server
    browser: httpx.Client
    readers: Sequence[Reader]

    @property
    def port(self) -> int:
        return int(self.server.url.rpartition(":")[2])

    def pages(self, *, asks: bool) -> AbstractAsyncContextManager[Sequence[Page]]:
        """From now on: what figures before them did is news to none of them."""
        cursor = _cursor(self.browser)
        return open_pages(self.readers, port=self.port, cursor=cursor, asks=asks)


@cache
def stage() -> Stage:
    """One server for all figures of the group; it ends with this process."""
    stack = ExitStack()
    atexit.register(stack.close)
    built = stack.enter_context(copied())
    server = stack.enter_context(running(built))
    with closing(connect_reader(Path(built.data) / FILE)) as conn:
        sights = _sights(conn)
    readers, browsers = [], {}
    for login in built.logins:
        browser = browsers[login["role"]] = server.logged_in(login)
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        readers.append(Reader(cookie=cookie, lines=sights[login["name"]]))
    return Stage(server=server, browser=browsers["admin"], readers=readers)


def _cursor(browser: httpx.Client) -> str:
    found = re.search(r'data-at="([^"]+)"', browser.get("/").text)
    if found is None:
        raise LookupError("the page follows no stream")
    return found[1]


def _sights(conn: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """By name, the lines whose messages somebody may read."""
    every = lines.lines(conn)
    return {
        row["name"]: frozenset(
            line.id
            for line in every
            if rights_of(conn, row["id"]).may(Permission.INBOX_READ, line.branch_id)
        )
        for row in conn.execute("SELECT id, name FROM staff").fetchall()
    }

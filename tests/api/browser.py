"""A person's browser without a browser: what the tests of pages send to the real server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx

from appliance.desk.access import sessions
from appliance.desk.team import staff
from appliance.store.store import Store, Tx

Form = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Browser:
    """A person's browser, logged in."""

    client: httpx.Client
    csrf: str
    staff_id: str
    token: str

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def post(
        self, path: str, form: Form | None = None, *, csrf: bool = True, part: bool = True
    ) -> httpx.Response:
        headers = {"HX-Request": "true"} if part else {}
        if csrf:
            headers["X-CSRF-Token"] = self.csrf
        return self.client.post(path, data=form or {}, headers=headers)


class Served(Protocol):
    """A box or a head office behind its web server."""

    @property
    def store(self) -> Store: ...

    @property
    def url(self) -> str: ...


def log_in(office: Served, name: str, *, role: str, branch_id: str | None) -> Browser:
    def enter(tx: Tx) -> sessions.NewSession:
        return sessions.begin(tx, staff.add(tx, name, role=role, branch_id=branch_id))

    session = office.store.write(enter)
    client = httpx.Client(base_url=office.url, timeout=60, cookies={"balie_session": session.token})
    return Browser(client, session.csrf, session.staff_id, session.token)

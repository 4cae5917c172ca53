"""How often a token may ask, and what each answer says of it."""

import httpx
import pytest
from starlette.types import Scope

from appliance.api.problems import ProblemError
from appliance.api.quotas import Quotas, headers_of
from appliance.desk.access import tokens
from appliance.desk.access.tokens import USUAL_PER_MINUTE
from tests.api.office import Caller, Desk, Office


def limited(office: Office, caller: Caller, per_minute: int | None) -> None:
    """From the next look-up on: a token is believed for half a second."""
    office.store.write(lambda tx: tokens.limit(tx, caller.token.id, per_minute, by="cli"))


def said(answer: httpx.Response) -> tuple[str, str]:
    return answer.headers["RateLimit-Policy"], answer.headers["RateLimit"]


def test_each_answer_says_how_often_the_token_may_ask(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Also those that refuse; what needs no token says nothing."""
    policy = f'"token";q={USUAL_PER_MINUTE};w=60'
    assert said(planning.get("/lines")) == (policy, f'"token";r={USUAL_PER_MINUTE - 1};t=1')
    assert said(planning.post({"line": "x"}))[0] == policy
    assert "RateLimit" not in office.client.get("/healthz").headers


def test_who_asks_too_often_is_told_when_to_come_back(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Nothing is done for it, and another token is as free as before."""
    other = office.caller()
    limited(office, planning, 2)
    answers = [planning.get("/lines"), planning.get("/lines/x/rules"), planning.post({})]
    assert [each.status_code for each in answers] == [200, 404, 429]
    problem = answers[-1].json()
    assert (problem["code"], problem["status"]) == ("too-many-requests", 429)
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 30
    assert said(answers[-1])[1].startswith('"token";r=0;t=')
    assert other.get("/lines").status_code == 200


def test_what_a_route_reads_itself_counts_once(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """Also where its body is read before its transaction: the second one is refused, not this."""
    limited(office, planning, 1)
    since = {"since": "2026-03-01T00:00:00Z"}
    answers = [
        office.client.post(
            "/api/v1/webhooks/none/replay", json=since, headers=planning.headers
        ).status_code
        for _ in range(2)
    ]
    assert answers == [404, 429]


def test_a_bucket_fills_by_itself() -> None:
    now_s = 0.0
    quotas = Quotas(lambda: now_s)

    def ask() -> str:
        scope: Scope = {}
        quotas.take(scope, "a", 30)
        return headers_of(scope)[1][1].decode()

    assert [ask() for _ in range(30)][-1] == '"token";r=0;t=60'
    with pytest.raises(ProblemError) as refused:
        ask()
    assert refused.value.problem.headers == {"Retry-After": "2"}
    now_s = 2.0
    assert ask() == '"token";r=0;t=60'
    now_s = 3600.0
    assert ask() == '"token";r=29;t=2'

"""`balie staff` and `balie token`: who may log in, and which programs may call."""

import json

import pytest

from appliance.clock import SystemClock
from appliance.desk.access import sessions, tokens
from appliance.desk.team import staff
from appliance.desk.team.accounts import email_of
from appliance.desk.team.staff import link_owner
from appliance.errors import NotFound
from appliance.store import events
from appliance.store.store import Store
from tests.cli.shell import balie, data, refused, running, told

__all__ = ["data", "running"]  # the fixtures: every verb finds its own data directory


def test_a_person_gets_a_link_that_opens_once(running: Store) -> None:
    """The link's secret is on stdout this once, and belongs to the new person."""
    told("branch", "add", "Utrecht")
    added = told("staff", "add", "--name", "Jo Smit", "--role", "lead", "--branch", "utrecht")
    secret = added["login"].rsplit("/", 1)[1]
    now_ms = running.clock.now_ms()
    owner = running.read(lambda conn: link_owner(conn, secret, now_ms))
    assert (owner.id, owner.name) == (added["id"], "Jo Smit")
    assert told("staff", "list")["items"] == [
        {
            "id": added["id"],
            "name": "Jo Smit",
            "roles": [{"role": "lead", "branch": "Utrecht"}],
            "disabled": False,
        }
    ]


def test_a_person_may_have_an_address_for_another_log_in(running: Store) -> None:
    """Two people have two."""
    add = ("staff", "add", "--role", "staff", "--email", "jo@example.com")
    added = told(*add, "--name", "Jo")
    assert added["email"] == "jo@example.com"
    assert running.read(lambda conn: email_of(conn, added["id"])) == "jo@example.com"
    assert "has this address" in refused(*add, "--name", "Kim")
    assert [each["name"] for each in told("staff", "list")["items"]] == ["Jo"]


def test_a_password_can_come_over_stdin() -> None:
    """Then there is no link; a short one is refused, and nobody is added."""
    add = ("staff", "add", "--name", "Jo", "--role", "admin", "--password-stdin")
    assert "at least 10 characters" in refused(*add, stdin="short\n")
    assert told("staff", "list") == {"items": []}
    assert "login" not in told(*add, stdin="correct horse battery\n")


def people(running: Store) -> dict[str, staff.Member]:
    return {each.name: each for each in running.read(staff.members)}


def test_a_colleague_is_let_go_and_let_back_in(running: Store) -> None:
    """By name in any case, or by id; their sessions and links end; a second time is no mistake."""
    told("staff", "add", "--name", "Beheer", "--role", "admin")
    added = told("staff", "add", "--name", "Mieke", "--role", "staff")
    session = running.write(lambda tx: sessions.begin(tx, added["id"]))
    gone = told("staff", "disable", " mieke ")
    assert gone == {"id": added["id"], "name": "Mieke", "disabled": True, "sessions_ended": 1}
    assert told("staff", "disable", added["id"])["sessions_ended"] == 0
    assert people(running)["Mieke"].disabled
    assert "may not log in" in refused("staff", "link", "Mieke")
    back = told("staff", "enable", "Mieke")
    assert back == {"id": added["id"], "name": "Mieke", "disabled": False}
    told("staff", "enable", "Mieke")
    assert not people(running)["Mieke"].disabled
    now_ms = SystemClock().now_ms()
    assert running.read(lambda conn: sessions.find(conn, session.token, now_ms)) is None
    link = added["login"].removeprefix("/login/")
    with pytest.raises(NotFound):
        running.read(lambda conn: link_owner(conn, link, now_ms))
    changes = running.read(lambda conn: events.after(conn, 0, limit=100))
    said = [each.facts.get("changed") for each in changes if each.staff_id == added["id"]]
    assert [each for each in said if each in ("disabled", "enabled")] == ["disabled", "enabled"]


def test_a_forgotten_password_gets_a_new_link(running: Store) -> None:
    """It replaces the one before; with it a new password is chosen."""
    told("staff", "add", "--name", "Mieke", "--role", "staff", "--password-stdin", stdin="x" * 12)
    links = [told("staff", "link", "Mieke")["login"].removeprefix("/login/") for _ in range(2)]
    now_ms = SystemClock().now_ms()
    assert running.read(lambda conn: link_owner(conn, links[1], now_ms)).name == "Mieke"
    with pytest.raises(NotFound):
        running.read(lambda conn: link_owner(conn, links[0], now_ms))
    assert "72 hours" in balie("staff", "link", "Mieke").stdout


def test_a_role_replaces_what_was_there(running: Store) -> None:
    told("branch", "add", "Utrecht")
    told("staff", "add", "--name", "Mieke", "--role", "admin")
    told("staff", "add", "--name", "Beheer", "--role", "admin")
    given = told("staff", "role", "Mieke", "--role", "lead", "--branch", "utrecht")
    assert (given["name"], given["role"], given["branch"]) == ("Mieke", "lead", "Utrecht")
    listed = {each["name"]: each["roles"] for each in told("staff", "list")["items"]}
    assert listed["Mieke"] == [{"role": "lead", "branch": "Utrecht"}]
    assert told("staff", "role", "Mieke", "--role", "privacy")["branch"] is None


def test_a_role_stands_beside_those_in_other_branches(running: Store) -> None:
    for name in ("Utrecht", "Breda"):
        told("branch", "add", name)
    told("staff", "add", "--name", "Mieke", "--role", "staff", "--branch", "Utrecht")
    for role in ("lead", "branch-it"):
        told("staff", "role", "Mieke", "--role", role, "--branch", "Breda", "--also")
    roles = told("staff", "list")["items"][0]["roles"]
    assert sorted((each["role"], each["branch"]) for each in roles) == [
        ("branch-it", "Breda"),
        ("staff", "Utrecht"),
    ]


def test_sessions_are_listed_and_ended(running: Store) -> None:
    added = told("staff", "add", "--name", "Mieke", "--role", "staff")
    assert told("staff", "sessions", "Mieke")["items"] == []
    assert "logged in nowhere" in balie("staff", "sessions", "Mieke").stdout
    for _ in range(2):
        running.write(lambda tx: sessions.begin(tx, added["id"]))
    items = told("staff", "sessions", "Mieke")["items"]
    assert [sorted(each) for each in items] == [["since", "until", "used"]] * 2
    ended = told("staff", "sessions", "Mieke", "--end")
    assert ended == {"id": added["id"], "name": "Mieke", "ended": 2}
    assert told("staff", "sessions", "Mieke")["items"] == []
    assert not people(running)["Mieke"].disabled


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("disable", "Beheer"), "Beheer is the only administrator"),
        (("role", "Beheer", "--role", "staff"), "balie staff role NAME --role admin"),
        (("role", "Beheer", "--role", "admin", "--branch", "Utrecht"), "only administrator"),
        (("role", "Mieke", "--role", "king"), "“king” is no role"),
        (("role", "Mieke", "--role", "staff", "--branch", "Mars"), "no such branch"),
        *(((verb, "Niemand"), "balie staff list") for verb in ("disable", "enable", "link")),
        (("role", "Niemand", "--role", "staff"), "Nobody of the staff is called “Niemand”"),
        (("sessions", "Niemand", "--end"), "Nobody of the staff is called “Niemand”"),
    ],
)
def test_what_cannot_be_done_with_a_colleague(
    running: Store, words: tuple[str, ...], says: str
) -> None:
    """One sentence, and everybody keeps what they had; somebody who may not log in is no
    administrator who is left.
    """
    told("branch", "add", "Utrecht")
    told("staff", "add", "--name", "Beheer", "--role", "admin")
    told("staff", "add", "--name", "Vertrokken", "--role", "admin")
    told("staff", "disable", "Vertrokken")
    told("staff", "add", "--name", "Mieke", "--role", "staff", "--branch", "Utrecht")
    before = people(running)
    assert says in refused("staff", *words)
    assert people(running) == before


def test_a_token_is_shown_once_and_opens_until_revoked(running: Store) -> None:
    """The secret is in no list; revoked it opens nothing."""
    added = told("token", "add", "--name", "planning", "--scope", "messages:read")
    found = running.read(lambda conn: tokens.find(conn, added["token"]))
    assert found
    assert found.id == added["id"]
    listed = told("token", "list")
    assert added["token"] not in json.dumps(listed)
    assert listed["items"][0]["scopes"] == ["messages:read"]
    assert told("token", "limit", added["id"], "--per-minute", "60")["per_minute"] == 60
    assert told("token", "list")["items"][-1]["per_minute"] == 60
    assert told("token", "limit", added["id"])["per_minute"] == tokens.USUAL_PER_MINUTE
    rotated = told("token", "rotate-key", added["id"])
    assert (rotated["name"], len(rotated["signing_key"])) == ("planning", 64)
    assert rotated["signing_key"] != added["signing_key"]
    assert rotated["previous_expires_at"] > "2026"
    told("token", "revoke", added["id"])
    assert "no such token" in refused("token", "rotate-key", added["id"])
    assert running.read(lambda conn: tokens.find(conn, added["token"])) is None
    assert told("token", "list")["items"][0]["revoked"] is True


def test_a_token_goes_by_its_name_where_no_other_has_it(running: Store) -> None:
    """An id goes before a name; of two with one name only the id tells; a revoked one is none."""
    old, new = (told("token", "add", "--name", "Planning") for _ in range(2))
    for verb in ("limit", "rotate-key", "revoke"):
        assert "give the id of one" in refused("token", verb, "planning")
    assert told("token", "revoke", old["id"])["id"] == old["id"]
    assert told("token", "limit", "planning", "--per-minute", "60")["id"] == new["id"]
    assert told("token", "rotate-key", "planning")["id"] == new["id"]
    named_so = told("token", "add", "--name", new["id"])
    assert told("token", "revoke", "PLANNING")["id"] == new["id"]
    assert told("token", "revoke", new["id"])["id"] == named_so["id"]

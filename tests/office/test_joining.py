"""A box joins by an invitation, shows its credential at each request, and is struck off."""

import pytest

from appliance.clock import ManualClock
from appliance.office.head import joining
from appliance.office.tables import work_list
from tests.office.head_office import HeadOffice
from tests.office.plain_box import PlainBox, read_token

DAY_MS = 24 * 3_600_000


def test_an_invitation_lets_one_box_in(office: HeadOffice) -> None:
    """The box whose answer was lost asks again with the same key and is the same one; nobody else
    gets in with it, and it not either once it has used what it got.
    """
    box = office.invited("Tilburg")
    first, again = box.ask_to_join(), box.ask_to_join()
    assert (first.status_code, again.status_code) == (201, 201)
    assert set(first.json()) == {"box", "credential", "renew_by_ms", "office_key", "privacy"}
    assert first.json()["box"] == again.json()["box"]
    assert first.json()["privacy"] == "on_demand"
    box.credential = first.json()["credential"]
    assert box.push().status_code == 401
    box.credential = again.json()["credential"]
    assert box.push().status_code == 200
    stranger = office.invited("Breda")
    stranger.secret = box.secret
    assert stranger.ask_to_join().status_code == 403
    assert box.ask_to_join().status_code == 403


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"secret": "wrong"}, 403),
        ({"secret": ""}, 422),
        ({"key": "short"}, 422),
        ({"name": 7}, 422),
        ({"epoch": None}, 422),
    ],
)
def test_what_is_no_request_to_join_is_refused(
    office: HeadOffice, changes: dict[str, object], status: int
) -> None:
    box = office.invited("Tilburg")
    answer = box.ask_to_join(**changes)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert box.ask_to_join().status_code == 201


def test_an_invitation_ends_after_three_days(office: HeadOffice, clock: ManualClock) -> None:
    box = office.invited("Tilburg")
    clock.advance(ms=3 * DAY_MS + 1)
    assert box.ask_to_join().status_code == 403


def test_a_new_credential_holds_beside_the_old_one_until_it_is_used(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    old = tilburg.credential
    tilburg.push_all()
    answer = tilburg.client.post("/link/v1/credential", headers=tilburg.headers)
    assert answer.status_code == 200
    assert answer.json()["renew_by_ms"] == office.clock.now_ms() + 30 * DAY_MS
    assert tilburg.push().status_code == 200
    tilburg.credential = answer.json()["credential"]
    assert tilburg.push().status_code == 200
    tilburg.credential = old
    assert tilburg.push().status_code == 401


def test_who_is_struck_off_or_unknown_opens_nothing(
    office: HeadOffice, tilburg: PlainBox, breda: PlainBox
) -> None:
    """The next request says so, on each path; the box's lines may then be told by another one."""
    tilburg.push_all()
    breda.push_all()
    office.store.write(lambda tx: joining.strike_off(tx, tilburg.box))
    for credential, code in ((tilburg.credential, "struck-off"), ("x", "unauthorized")):
        tilburg.credential = credential
        answers = [
            tilburg.push(),
            tilburg.commands(),
            tilburg.client.post("/link/v1/credential", headers=tilburg.headers),
            tilburg.client.post("/link/v1/answers/x", headers=tilburg.headers, json={}),
        ]
        assert [each.status_code for each in answers] == [401] * 4
        assert {each.json()["code"] for each in answers} == {code}
    again = office.joined("Tilburg anew")
    again.log.branch_id, again.log.line_id = tilburg.log.branch_id, tilburg.log.line_id
    again.log.number = tilburg.log.number
    again.log.events[0] |= {"branch_id": again.log.branch_id, "line_id": again.log.line_id}
    again.push_all()
    assert breda.push().status_code == 200


def test_a_known_box_is_invited_again_on_another_card(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """It is the same box, by another key; the old credential holds until the new one was used, and
    is struck off then, also when that one is renewed.
    """
    tilburg.push_all()
    old, box = tilburg.credential, tilburg.box
    told = read_token(office.token(box=box))
    assert told["box"] == box
    tilburg.secret, tilburg.key = told["secret"], b"another card".ljust(32)
    answer = tilburg.ask_to_join()
    assert (answer.status_code, answer.json()["box"]) == (201, box)
    assert tilburg.push().status_code == 200
    tilburg.credential = tilburg.ask_to_join().json()["credential"]
    assert tilburg.push().status_code == 200
    assert tilburg.ask_to_join().status_code == 403
    renewed = tilburg.client.post("/link/v1/credential", headers=tilburg.headers)
    tilburg.credential = renewed.json()["credential"]
    assert tilburg.push().status_code == 200
    tilburg.credential = old
    assert tilburg.push().json()["code"] == "struck-off"


def test_a_box_that_was_struck_off_comes_back_by_an_invitation_only(
    office: HeadOffice, tilburg: PlainBox
) -> None:
    """Whoever has the card that was struck off stays out; its conversations show again."""
    talk = tilburg.log.person()
    tilburg.push_all()
    office.until(lambda conn: work_list.box_of(conn, talk))
    stolen = tilburg.credential
    office.store.write(lambda tx: joining.strike_off(tx, tilburg.box))
    tilburg.secret = read_token(office.token(box=tilburg.box))["secret"]
    tilburg.join()
    assert tilburg.push().status_code == 200
    tilburg.log.writes(talk)
    tilburg.push_all()
    office.until(lambda conn: work_list.box_of(conn, talk))
    tilburg.credential = stolen
    assert tilburg.push().json()["code"] == "struck-off"

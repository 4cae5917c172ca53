"""POST /api/v1/messages: what is accepted, what is refused, and what is never stored."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from appliance.clock import ManualClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from tests.api.office import Caller, Desk, Office, codes

ANNA = "+31687654321"
STRANGER = "+31687654399"


def message(desk: Desk, **fields: object) -> dict[str, object]:
    return {"line": desk.number, "to": ANNA, "text": "Morgen om 7 uur, lukt dat?", **fields}


def test_a_message_to_somebody_who_wrote_is_accepted(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """The answer names the message, its state and when it is expected; the planner is woken."""
    office.writes(ANNA, tilburg)
    answer = planning.post(message(tilburg))
    assert answer.status_code == 202
    body = answer.json()
    assert body["state"] == "queued"
    assert body["expected_at"].endswith("Z")
    assert planning.get(f"/messages/{body['id']}").json()["kind"] == "reply"
    assert len(office.planned) == 1


def test_a_message_to_somebody_who_has_been_silent_is_automatic(
    office: Office, tilburg: Desk, planning: Caller, clock: ManualClock
) -> None:
    """A day after they wrote, a message is no answer any more."""
    office.writes(ANNA, tilburg)
    clock.advance(s=25 * 3600)
    posted = planning.post(message(tilburg)).json()
    assert planning.get(f"/messages/{posted['id']}").json()["kind"] == "automatic"


@pytest.mark.parametrize("named", ["number", "as written", "id"])
def test_a_line_may_be_named_by_id_or_number(
    office: Office, tilburg: Desk, planning: Caller, named: str
) -> None:
    office.writes(ANNA, tilburg)
    names = {"number": tilburg.number, "as written": "06 12345678", "id": tilburg.line_id}
    assert planning.post(message(tilburg, line=names[named])).status_code == 202


@pytest.mark.parametrize(
    "written", ["\u202a+31687654321\u202c", "06\u201387654321", "(06) 87654321", "tel:+31687654321"]
)
def test_a_number_is_read_as_people_copy_it(
    office: Office, tilburg: Desk, planning: Caller, written: str
) -> None:
    """In a body and in an address, of a contact and of a line."""
    office.writes(ANNA, tilburg)
    assert planning.post(message(tilburg, to=written)).status_code == 202
    assert planning.get(f"/contacts/{written}").status_code == 200
    assert planning.post(message(tilburg, line="tel:" + tilburg.number)).status_code == 202


@pytest.mark.parametrize("text", ["\u200b\u2060", "\u202e\u202c", "\u3164"])
def test_a_text_of_which_nobody_sees_anything_is_empty(
    office: Office, tilburg: Desk, planning: Caller, text: str
) -> None:
    office.writes(ANNA, tilburg)
    answer = planning.post(message(tilburg, text=text))
    assert answer.status_code == 422
    assert "Write something" in answer.text


def test_a_contact_may_be_named_by_id(office: Office, tilburg: Desk, planning: Caller) -> None:
    """The message goes to the number that they wrote from."""
    office.writes(ANNA, tilburg)
    anna = planning.get(f"/contacts/{ANNA}").json()
    posted = planning.post(message(tilburg, to=anna["id"])).json()
    assert planning.get(f"/messages/{posted['id']}").json()["contact"]["number"] == ANNA


def test_nobody_is_written_to_who_did_not_ask(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """The refusal says what would change it, and nothing is stored."""
    answer = planning.post(message(tilburg, to=STRANGER))
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "consent-required"
    assert problem["type"].endswith("consent-required")
    assert problem["remedy"]
    assert office.count("message") == 0


def test_consent_of_one_line_is_none_for_another(
    office: Office, tilburg: Desk, breda: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    assert planning.post(message(breda)).json()["code"] == "consent-required"


def test_nobody_is_written_to_who_opted_out(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    office.writes(ANNA, tilburg, "STOP")
    answer = planning.post(message(tilburg))
    assert (answer.status_code, answer.json()["code"]) == (409, "opted-out")
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "geen nummer"),
        ("to", "+3161234"),
        ("to", ""),
        ("to", "1" * 65),
        ("to", 31687654321),
        ("text", ""),
        ("text", " \n\t "),
        ("text", "x" * 4097),
        ("text", "nul \x00 inside"),
        ("text", None),
        ("text", ["a"]),
        ("line", 7),
        ("channel", "pigeon"),
        ("ttl_s", 0),
        ("ttl_s", -5),
        ("ttl_s", 1.5),
        ("ttl_s", True),
        ("ttl_s", "60"),
        ("ttl_s", 10**30),
        ("not_before", "morgen"),
        ("not_before", "2026-03-03T08:00:00"),
        ("not_before", 1772440200),
        ("not_before", "2126-03-03T08:00:00Z"),
        ("media", "foto.jpg"),
        ("colour", "blue"),
    ],
)
def test_a_wrong_field_is_named(
    office: Office, tilburg: Desk, planning: Caller, field: str, value: object
) -> None:
    """422 with the field and a sentence, and nothing is stored."""
    office.writes(ANNA, tilburg)
    before = office.count("message")
    answer = planning.post(message(tilburg, **{field: value}))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["field"] == field
    assert problem["detail"].endswith(".")
    assert office.count("message") == before


def test_a_landline_is_not_on_whatsapp(office: Office, tilburg: Desk, planning: Caller) -> None:
    answer = planning.post(message(tilburg, to="+31201234567", channel="whatsapp"))
    assert (answer.status_code, answer.json()["field"]) == (422, "to")


@pytest.mark.parametrize("field", ["text", "to", "line"])
def test_half_a_character_is_refused(
    office: Office, tilburg: Desk, planning: Caller, field: str
) -> None:
    r"""JSON can escape a lone surrogate, `\ud83d`; no phone can send it."""
    office.writes(ANNA, tilburg)
    body = json.dumps(message(tilburg, **{field: "half \ud83d"})).encode()
    answer = planning.post_raw(body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"not json",
        b"\xff\xfe",
        b'{"line": NaN',
        b"[" * 100_000,
        b'{"a":' * 50_000,
    ],
)
def test_what_is_not_json_is_answered_with_a_sentence(planning: Caller, body: bytes) -> None:
    answer = planning.post_raw(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")
    assert answer.json()["detail"].startswith("The body is not JSON")


@pytest.mark.parametrize("body", [b"null", b"[]", b"7", b'"text"'])
def test_json_that_is_no_object_is_answered_with_a_sentence(planning: Caller, body: bytes) -> None:
    answer = planning.post_raw(body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_a_body_beyond_all_measure_is_not_read(planning: Caller) -> None:
    answer = planning.post_raw(b"x" * (1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    "text",
    [
        "Hoi 👩🏽‍🔧 Zoë",
        "שלום, מתי מתחילים?",
        "e\u0301 wordt é",
        "100% & \"quotes\" '$(reboot)' `id` <b>",
        "regel een\nregel twee\r\n\tdrie",
        "x" * 4096,
    ],
)
def test_texts_arrive_unharmed(office: Office, tilburg: Desk, planning: Caller, text: str) -> None:
    """Composed to NFC, otherwise as they were given."""
    office.writes(ANNA, tilburg)
    posted = planning.post(message(tilburg, text=text)).json()
    kept = planning.get(f"/messages/{posted['id']}").json()["text"]
    assert kept == text.replace("e\u0301", "é")


def test_an_unknown_line_does_not_exist(tilburg: Desk, planning: Caller) -> None:
    assert planning.post(message(tilburg, line="+31612340000")).status_code == 404
    assert planning.post(message(tilburg, line="balie")).status_code == 404


def test_while_the_phone_is_away_no_time_is_promised(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    office.phone_is_away(tilburg)
    answer = planning.post(message(tilburg))
    assert answer.status_code == 202
    assert answer.json()["expected_at"] is None
    assert answer.json()["reason"] == "device-absent"


def test_not_before_is_kept_and_gives_the_reason(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    answer = planning.post(message(tilburg, not_before="2026-03-02T12:00:00+01:00", ttl_s=600))
    assert (answer.json()["expected_at"], answer.json()["reason"]) == (
        "2026-03-02T11:00:00.000Z",
        "not-before",
    )
    kept = planning.get(f"/messages/{answer.json()['id']}").json()
    assert kept["not_before"] == "2026-03-02T11:00:00.000Z"
    assert kept["expires_at"] == "2026-03-02T11:10:00.000Z"


def test_the_same_key_again_gives_the_first_answer(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """There is one message, however often it was posted."""
    office.writes(ANNA, tilburg)
    before = office.count("message")
    answers = [planning.post(message(tilburg), key="one") for _ in range(3)]
    assert codes(answers) == [202, 202, 202]
    assert len({answer.content for answer in answers}) == 1
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert office.count("message") == before + 1


def test_the_same_key_with_another_body_is_refused(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    planning.post(message(tilburg), key="one")
    answer = planning.post(message(tilburg, text="Iets anders"), key="one")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-mismatch")


def test_a_refusal_is_the_first_answer_too(office: Office, tilburg: Desk, planning: Caller) -> None:
    """A key stands for one request, and that one was refused; another request needs another key."""
    first = planning.post(message(tilburg), key="one")
    office.writes(ANNA, tilburg)
    again = planning.post(message(tilburg), key="one")
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.json() == first.json()
    assert planning.post(message(tilburg), key="two").status_code == 202


def test_keys_of_two_tokens_have_nothing_to_do_with_each_other(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    other = office.caller()
    first = planning.post(message(tilburg), key="one").json()
    assert other.post(message(tilburg), key="one").json()["id"] != first["id"]


def test_the_same_key_at_the_same_time_makes_one_message(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    office.writes(ANNA, tilburg)
    before = office.count("message")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: planning.post(message(tilburg), key="one"), range(24)))
    assert set(codes(answers)) == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert office.count("message") == before + 1


@pytest.mark.parametrize("key", ["", "x" * 256, "two words"])
def test_a_key_that_no_header_should_hold_is_refused(
    office: Office, tilburg: Desk, planning: Caller, key: str
) -> None:
    office.writes(ANNA, tilburg)
    headers = planning.headers | {"Idempotency-Key": key}
    answer = planning.client.post("/api/v1/messages", json=message(tilburg), headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_without_a_token_nothing_is_said(office: Office, tilburg: Desk) -> None:
    answer = office.client.post("/api/v1/messages", json=message(tilburg))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    wrong = {"Authorization": "Bearer balie_wrong"}
    answer = office.client.post("/api/v1/messages", content=b"{", headers=wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_a_token_that_may_only_read_sends_nothing(office: Office, tilburg: Desk) -> None:
    reader = office.caller(frozenset({Scope.MESSAGES_READ}))
    answer = reader.post(message(tilburg))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert answer.json()["scope"] == "messages:write"


def test_a_revoked_token_sends_nothing_from_the_next_commit_on(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """This holds even while its look-up is still believed."""
    office.writes(ANNA, tilburg)
    assert planning.post(message(tilburg)).status_code == 202
    office.store.write(lambda tx: tokens.revoke(tx, planning.token.id))
    assert planning.post(message(tilburg)).status_code == 401


def test_a_token_of_one_branch_does_not_know_of_another(
    office: Office, tilburg: Desk, breda: Desk
) -> None:
    office.writes(ANNA, breda)
    local = office.caller(branch_id=tilburg.branch_id)
    answer = local.post(message(breda))
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such line.")


def test_an_integer_may_be_written_with_a_point(
    office: Office, tilburg: Desk, planning: Caller
) -> None:
    """`60.0` is an integer to JSON's schemas; half a second is none."""
    office.writes(ANNA, tilburg)
    answers = [planning.post(message(tilburg, ttl_s=each)) for each in (60.0, 60.5)]
    assert codes(answers) == [202, 422]
    assert answers[1].json()["field"] == "ttl_s"

"""Consent that was given on paper and imported: it reaches SMS, and undoes no STOP."""

import sqlite3

import pytest

from appliance.desk.consent import consent_import
from appliance.errors import Refused
from appliance.store import consent
from appliance.store.consent import ConsentKind
from appliance.store.store import Tx
from tests.desk.ledger import code, refused
from tests.queue.counter import ANNA, BART, SMS, WHATSAPP, Counter, tapping, who

CSV = (
    "number,source,date,wording\n{number},Contract 2025,2025-11-03,Ik wil sms ontvangen over werk\n"
)


def imports(counter: Counter, *numbers: str) -> consent_import.Outcome:
    """The consent of these people on paper is imported for the line."""
    heading, row = CSV.splitlines(keepends=True)
    text = heading + "".join(row.format(number=number) for number in numbers)
    rows = consent_import.read_rows(text, now_ms=counter.clock.now_ms())
    return consent_import.bring_in(
        counter.store, rows, line_id=counter.line_id, recorded_by="import"
    )


def test_imported_consent_reaches_sms_only(counter: Counter) -> None:
    """By itself the message goes by SMS; WhatsApp is refused, with what would change it."""
    assert imports(counter, ANNA).added == [who(ANNA)]
    assert refused(counter, channel=WHATSAPP) == "consent-required"
    message_id = counter.queues()
    assert counter.row(message_id)["wanted"] == "sms"
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    assert attempt.outgoing.channel is SMS
    with tapping(attempt):
        pass


def test_imported_consent_is_held_at_the_claim(counter: Counter) -> None:
    """A row that wants WhatsApp all the same is stopped before the phone is touched."""
    imports(counter, ANNA)
    message_id = counter.queues()
    counter.store.write(lambda tx: tx.conn.execute("UPDATE message SET wanted = 'whatsapp'"))
    counter.clock.advance(s=60)
    assert counter.task() is None
    assert counter.row(message_id)["reason"] == "consent-required"
    assert counter.attempts(message_id) == []


def test_imported_consent_is_held_at_the_tap(counter: Counter) -> None:
    """The gate checks the channel of the attempt."""
    counter.knows(ANNA)
    counter.queues()
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    assert attempt.outgoing.channel is WHATSAPP

    def forget(tx: Tx) -> None:
        tx.conn.execute("DROP TRIGGER consent_is_append_only_delete")
        tx.conn.execute("DELETE FROM consent")

    counter.store.write(forget)
    imports(counter, ANNA)
    with pytest.raises(Refused) as refusal, tapping(attempt):
        pytest.fail("the gate opened")
    assert refusal.value.code == "consent-required"


def test_their_own_message_opens_whatsapp(counter: Counter) -> None:
    """An imported person who writes has started the conversation."""
    imports(counter, ANNA)
    counter.hears("Hoi")
    assert code(counter, channel=WHATSAPP) == "ok"
    assert counter.outgoing()[-1]["rule"] == "welcome"


def test_an_import_never_undoes_a_stop(counter: Counter) -> None:
    """Neither before START nor by a row that came into the ledger in another way."""
    counter.knows(ANNA)
    counter.hears("STOP")
    assert imports(counter, ANNA).withdrawn == [who(ANNA)]
    (row,) = consent_import.read_rows(CSV.format(number=ANNA), now_ms=counter.clock.now_ms())
    counter.store.write(
        lambda tx: consent.record(
            tx,
            identity=who(ANNA),
            contact_id=counter.contact_id(),
            line_id=counter.line_id,
            kind=ConsentKind.OPTED_IN,
            recorded_by="import",
            proof=row.proof,
        )
    )
    assert refused(counter, channel=SMS) == "opted-out"
    counter.hears("START")
    assert code(counter, channel=WHATSAPP) == "ok"


def test_an_import_never_takes_whatsapp_away(counter: Counter) -> None:
    """A person who wrote first is already known, and can be reached as before."""
    counter.knows(ANNA)
    assert imports(counter, ANNA, BART).known == [who(ANNA)]
    assert (code(counter, ANNA, WHATSAPP), code(counter, BART, WHATSAPP)) == (
        "ok",
        "consent-required",
    )


@pytest.mark.parametrize("missing", ["words", "given_ms"])
def test_an_import_without_proof_is_no_row(counter: Counter, missing: str) -> None:
    """The schema asks for source, date and wording together."""
    counter.knows(ANNA)
    values = {"words": "'x'", "given_ms": "1", missing: "NULL"}
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        counter.store.write(
            lambda tx: tx.conn.execute(
                "INSERT INTO consent (value, scheme, contact_id, kind, source, words, given_ms,"  # noqa: S608 -- our own values
                f" recorded_by, at_ms) SELECT '+31600000001', 'tel', id, 'opted_in', 'paper',"
                f" {values['words']}, {values['given_ms']}, 'x', 1 FROM contact"
            )
        )

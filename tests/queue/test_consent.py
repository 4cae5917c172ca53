"""The consent ledger: what follows from who said what, in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.identities import tel
from appliance.store import consent
from appliance.store.consent import CLOSES, OPENS, OPENS_AGAIN, ConsentEntry, ConsentKind, decide
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, Counter

K = ConsentKind
NUMBERS = (ANNA, BART, "+31633333333")


def ledger(*rows: tuple[str, ConsentKind]) -> list[ConsentEntry]:
    return [
        ConsentEntry(identity=tel(number), line_id="line", kind=kind, message_id=None, at_ms=at_ms)
        for at_ms, (number, kind) in enumerate(rows)
    ]


TABLE = [
    ("nothing on record", [], "consent-required"),
    ("wrote first", [(ANNA, K.WROTE_FIRST)], "ok"),
    ("opted in with proof", [(ANNA, K.OPTED_IN)], "ok"),
    ("only called", [(ANNA, K.CALLED)], "consent-required"),
    ("another number of theirs wrote", [(BART, K.WROTE_FIRST)], "consent-required"),
    ("STOP", [(ANNA, K.WROTE_FIRST), (ANNA, K.OPTED_OUT)], "opted-out"),
    ("STOP as the first word", [(ANNA, K.OPTED_OUT)], "opted-out"),
    ("STOP by another number", [(ANNA, K.WROTE_FIRST), (BART, K.OPTED_OUT)], "opted-out"),
    ("START again", [(ANNA, K.OPTED_OUT), (ANNA, K.OPTED_IN_AGAIN)], "ok"),
    ("START by another number", [(ANNA, K.OPTED_OUT), (BART, K.OPTED_IN_AGAIN)], "opted-out"),
    (
        "STOP, START, STOP",
        [(ANNA, K.OPTED_OUT), (ANNA, K.OPTED_IN_AGAIN), (ANNA, K.OPTED_OUT)],
        "opted-out",
    ),
    ("objected", [(ANNA, K.WROTE_FIRST), (ANNA, K.OBJECTED)], "opted-out"),
    ("erased", [(ANNA, K.WROTE_FIRST), (ANNA, K.ERASED)], "opted-out"),
    ("wrote on after STOP", [(ANNA, K.OPTED_OUT), (ANNA, K.WROTE_FIRST)], "opted-out"),
    ("called after STOP", [(ANNA, K.OPTED_OUT), (ANNA, K.CALLED)], "opted-out"),
]


@pytest.mark.parametrize(("rows", "code"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_the_verdict(rows: list[tuple[str, ConsentKind]], code: str) -> None:
    """May Anna be written to, by the ledger of the person that she is."""
    verdict = decide(tel(ANNA), ledger(*rows))
    assert verdict.code == code
    assert verdict.allowed == (code == "ok")


entries = st.lists(st.tuples(st.sampled_from(NUMBERS), st.sampled_from(K)), max_size=12)


@given(entries, st.sampled_from(NUMBERS), st.sampled_from(sorted(CLOSES, key=str)))
def test_an_opt_out_closes_every_number(
    rows: list[tuple[str, ConsentKind]], by: str, kind: ConsentKind
) -> None:
    """Whatever the ledger said before: after a withdrawal by one number, none may be written to."""
    after = ledger(*rows, (by, kind))
    assert [decide(tel(number), after).code for number in NUMBERS] == ["opted-out"] * 3


@given(entries, st.sampled_from(NUMBERS), st.sampled_from(sorted(OPENS, key=str)))
def test_an_opt_in_opens_its_own_number_only(
    rows: list[tuple[str, ConsentKind]], by: str, kind: ConsentKind
) -> None:
    """Whatever the ledger said before: an opt-in opens the number that wrote and changes no other
    verdict. After a withdrawal only START opens.
    """
    before, after = ledger(*rows), ledger(*rows, (by, kind))
    withdrawn = any(entry.kind in CLOSES for entry in before)
    opens = kind in OPENS_AGAIN or not withdrawn
    for number in NUMBERS:
        expected = "ok" if number == by and opens else decide(tel(number), before).code
        assert decide(tel(number), after).code == expected


@given(entries, st.sampled_from(NUMBERS))
def test_the_deciding_row_is_named(rows: list[tuple[str, ConsentKind]], number: str) -> None:
    """A yes names the row that opened, after the last one that closed; a no the one that closed."""
    verdict = decide(tel(number), ledger(*rows))
    closing = [entry for entry in ledger(*rows) if entry.kind in CLOSES]
    match verdict.code:
        case "ok":
            assert verdict.entry
            assert verdict.entry.kind in OPENS
            assert verdict.entry.identity == tel(number)
            assert not closing or closing[-1].at_ms < verdict.entry.at_ms
        case "opted-out":
            assert verdict.entry == closing[-1]
        case _:
            assert verdict.entry is None
            assert not closing


def test_consent_is_for_one_line(counter: Counter) -> None:
    """A message to one number of the office is no message to another."""
    counter.knows(ANNA)
    other, _ = counter.add_line("+31687654322", "R58M999")
    codes = [
        counter.store.read(lambda conn, line=line: consent.verdict(conn, line, tel(ANNA))).code  # type: ignore[misc]
        for line in (counter.line_id, other)
    ]
    assert codes == ["ok", "consent-required"]


def test_a_row_without_a_line_counts_everywhere(counter: Counter) -> None:
    """An objection to the whole company closes every line."""
    counter.knows(ANNA)
    counter.store.write(
        lambda tx: consent.record(
            tx,
            identity=tel(ANNA),
            contact_id=counter.contact_id(),
            line_id=None,
            kind=K.OBJECTED,
            recorded_by="staff:1",
        )
    )
    verdict = counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, tel(ANNA)))
    assert verdict.code == "opted-out"


def test_a_number_that_nobody_has_is_not_licensed(counter: Counter) -> None:
    """Without a contact there is no consent."""
    verdict = counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, tel(ANNA)))
    assert verdict.code == "consent-required"


def test_the_newest_word_counts_whichever_number_it_came_from(counter: Counter) -> None:
    """Also where the other number's rows are read first."""
    counter.knows(ANNA)
    contact_id = counter.contact_id(ANNA)

    def work(tx: Tx) -> None:
        second = "INSERT INTO contact_identity (value, scheme, contact_id, created_ms)"
        tx.conn.execute(f"{second} VALUES (?, 'tel', ?, ?)", (BART, contact_id, tx.now_ms))
        for number, kind in ((BART, K.OPTED_OUT), (BART, K.OPTED_IN_AGAIN), (ANNA, K.OPTED_OUT)):
            consent.record(
                tx,
                identity=tel(number),
                contact_id=contact_id,
                line_id=counter.line_id,
                kind=kind,
                recorded_by="test",
            )

    counter.store.write(work)
    verdict = counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, tel(BART)))
    assert verdict.opted_out

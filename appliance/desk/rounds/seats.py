"""The seats of a round: who takes one, who gives one back, and who is asked next.

Each step is one transaction, and reads what is so now. It may be cut off anywhere and taken again:
a question and the note that it was asked are kept together, so nobody is asked twice.
"""

import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from appliance.desk.rounds import telling
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.desk.rounds.judging import Judged, RoundJudge
from appliance.queue.pacing import MINUTE_MS
from appliance.reasons import Reason
from appliance.store import rounds
from appliance.store.rounds import ITSELF, PersonState, Round, RoundAuthor, RoundPerson, RoundState
from appliance.store.store import Tx

PATIENCE_MS = 15 * MINUTE_MS
"""A question that left counts as open for so long; after that the next one is asked. Whoever looks
at a phone now and then has seen it by then, and an answer that comes later counts all the same.
"""
MOST_IN_A_STEP = 12
"""Questions that one transaction keeps: others wait for the writer meanwhile."""

_P, _R = PersonState, RoundState


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is to be done in a round now."""

    closes: bool = False
    free_again: bool = False
    silent: tuple[RoundPerson, ...] = ()
    judged: tuple[tuple[RoundPerson, Judged], ...] = ()

    @property
    def is_anything(self) -> bool:
        return self.closes or self.free_again or bool(self.silent or self.judged)


def due(conn: sqlite3.Connection, about: Round, now_ms: int, *, most: int = MOST_IN_A_STEP) -> Due:
    """Reads only. A round that has its people when its time is over stays one that is filled."""
    closes = about.state is _R.RUNNING and now_ms >= about.closes_ms
    silent = tuple(_silent(conn, about, now_ms))
    if about.state is not _R.RUNNING or closes:
        free_again = about.state is _R.FILLED and _free(conn, about) > 0
        return Due(closes=closes, silent=silent, free_again=free_again)
    room = allowed(about, _free(conn, about)) - _open(conn, about, now_ms) + len(silent)
    return Due(silent=silent, judged=tuple(_next(conn, about, now_ms, min(room, most))))


def advance(tx: Tx, round_id: str, *, most: int = MOST_IN_A_STEP) -> None:
    """Takes the next step: closes, gives up waiting, asks."""
    about = rounds.one(tx.conn, round_id)
    step = due(tx.conn, about, tx.now_ms, most=most)
    for who in step.silent:
        rounds.move_person(tx, about, who, _P.SILENT)
    if step.free_again:
        _hand_on(tx, about)
    if step.closes:
        end(tx, about, _R.CLOSED, why="time")
    for who, judged in step.judged:
        if judged.can_be_asked:
            telling.ask(tx, about, who, judged)
        else:
            rounds.move_person(tx, about, who, _P.REFUSED, why=judged.refusal)


def settle(
    tx: Tx, about: Round, who: RoundPerson, reading: AnswerReading, *, by: RoundAuthor = ITSELF
) -> None:
    """Somebody can, or cannot, or that is not clear. `by`: who says so in their place."""
    if reading is AnswerReading.UNCLEAR:
        _is_unclear(tx, about, who)
    elif reading is AnswerReading.NO:
        _gives_back(tx, about, who, by=by)
    elif who.state is not _P.YES and (who.state is not _P.RESERVE or by != ITSELF):
        _takes(tx, about, who, by=by)


def end(
    tx: Tx, about: Round, to: RoundState, *, why: str = "person", by: RoundAuthor = ITSELF
) -> bool:
    """Nobody is asked any more; what waits is withdrawn. False when it is over already."""
    if not rounds.move(tx, about, to, by=by, facts={"why": why}):
        return False
    _withdraw_all(tx, about, reason=Reason.ROUND_OVER)
    if to is _R.CANCELLED:
        for who in rounds.people(tx.conn, about.id):
            telling.take_back(tx, about, who, reason=Reason.ROUND_OVER)
    return True


def take_back_stray(tx: Tx, about: Round, who: RoundPerson) -> None:
    """Words that came back into the queue after they stopped to be true."""
    if about.state is _R.CANCELLED or who.state in (_P.NO, _P.REFUSED):
        telling.take_back(tx, about, who, reason=Reason.ROUND_OVER)


def withdraw_stray(tx: Tx, about: Round, who: RoundPerson) -> None:
    """A question that came back into the queue after its round had its people."""
    over = about.state is not _R.FILLED
    if telling.withdraw(tx, about, who, reason=Reason.ROUND_OVER if over else Reason.ROUND_FILLED):
        _not_asked_after_all(tx, about, who)


def allowed(about: Round, free: int) -> int:
    """How many questions may be open: of `at_once` as large a share as of the seats is free."""
    return math.ceil(about.at_once * free / about.seats)


def _takes(tx: Tx, about: Round, who: RoundPerson, *, by: RoundAuthor) -> None:
    """A worker's yes takes a free seat while the round runs; a planner's, also after it closed."""
    telling.withdraw(tx, about, who, reason=Reason.ANSWERED)
    by_person = by != ITSELF and about.state is _R.CLOSED
    if _free(tx.conn, about) > 0 and (about.state is _R.RUNNING or by_person):
        if rounds.move_person(tx, about, who, _P.YES, by=by):
            telling.confirm(tx, about, who)
            _fill(tx, about)
    elif rounds.move_person(tx, about, who, _P.RESERVE, by=by):
        if about.state in (_R.RUNNING, _R.FILLED):
            telling.tell_reserve(tx, about, who)
        else:
            telling.tell_filled(tx, about, who)


def _gives_back(tx: Tx, about: Round, who: RoundPerson, *, by: RoundAuthor) -> None:
    telling.withdraw(tx, about, who, reason=Reason.ANSWERED)
    telling.take_back(tx, about, who, reason=Reason.ANSWERED)
    if rounds.move_person(tx, about, who, _P.NO, by=by) and who.state is _P.YES:
        _hand_on(tx, about)


def _is_unclear(tx: Tx, about: Round, who: RoundPerson) -> None:
    """Once the round needs nobody, they are told so; what they ask a colleague answers."""
    if rounds.move_person(tx, about, who, _P.UNCLEAR) and about.state is not _R.RUNNING:
        telling.tell_filled(tx, about, who)


def _hand_on(tx: Tx, about: Round) -> None:
    """A seat came free: the first on the reserve list who can be told takes it, else the round goes
    on asking. Once the work has begun nobody is sent there by Balie.
    """
    if about.state is _R.CANCELLED or tx.now_ms >= about.ends_ms:
        return
    if tx.now_ms >= about.starts_ms:
        if about.state is _R.FILLED:
            end(tx, about, _R.CLOSED, why="time")
        return
    for who in sorted(_reserve(tx, about), key=_since):
        if telling.confirm(tx, about, who):
            rounds.move_person(tx, about, who, _P.YES)
            return
    if about.state is _R.FILLED:
        rounds.move(tx, about, _R.RUNNING)


def _reserve(tx: Tx, about: Round) -> Iterator[RoundPerson]:
    """Those who know that they are on it: who said yes after the round closed was told that nobody
    is needed.
    """
    for who in rounds.people(tx.conn, about.id, {_P.RESERVE}):
        if about.ended_ms is None or who.changed_ms < about.ended_ms:
            yield who


def _since(who: RoundPerson) -> tuple[int, int]:
    return who.changed_ms, who.position


def _fill(tx: Tx, about: Round) -> None:
    """In the transaction of the last yes: what still waits is withdrawn."""
    if about.state is _R.RUNNING and _free(tx.conn, about) <= 0:
        rounds.move(tx, about, _R.FILLED)
        _withdraw_all(tx, about, reason=Reason.ROUND_FILLED)


def _withdraw_all(tx: Tx, about: Round, *, reason: Reason) -> None:
    for who in rounds.people(tx.conn, about.id, {_P.ASKED}):
        if telling.withdraw(tx, about, who, reason=reason):
            _not_asked_after_all(tx, about, who)


def _not_asked_after_all(tx: Tx, about: Round, who: RoundPerson) -> None:
    rounds.move_person(tx, about, who, _P.NOT_ASKED, question_id=None, line_id=None)


def _free(conn: sqlite3.Connection, about: Round) -> int:
    return about.seats - rounds.count(conn, about.id, _P.YES)


def _open(conn: sqlite3.Connection, about: Round, now_ms: int) -> int:
    """Questions whose answer may still be a yes: those that wait or left a short while ago, and
    answers that a person has to read first.
    """
    unclear = rounds.people(conn, about.id, {_P.UNCLEAR})
    fresh = sum(now_ms - each.changed_ms < PATIENCE_MS for each in unclear)
    return rounds.count(conn, about.id, _P.ASKED) + fresh


def _silent(conn: sqlite3.Connection, about: Round, now_ms: int) -> Iterator[RoundPerson]:
    for who in rounds.people(conn, about.id, {_P.ASKED}):
        if who.asked_ms is not None and now_ms - who.asked_ms >= PATIENCE_MS:
            yield who


def _next(
    conn: sqlite3.Connection, about: Round, now_ms: int, left: int
) -> Iterator[tuple[RoundPerson, Judged]]:
    """Who is asked next, and on the way to them who may not be."""
    if left <= 0:
        return
    judge = RoundJudge.of(conn, about, now_ms=now_ms)
    for who in rounds.people(conn, about.id, {_P.NOT_ASKED}):
        if judge.waits(who.contact_id):
            continue
        judged = judge.judge(who.contact_id, who.position)
        if judged.waits:
            continue
        yield who, judged
        left -= judged.can_be_asked
        if left <= 0:
            return

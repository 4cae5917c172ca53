"""What a device is to do next: answer a doubt, send what is due, or read ticks."""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from appliance.channels import Channel
from appliance.devices.adoption_protocol import AdoptionTurn
from appliance.devices.group_protocol import GroupTurn
from appliance.devices.media_protocol import Fetched, MediaFetch
from appliance.devices.protocol import (
    Attempt,
    Errand,
    Finding,
    Found,
    Look,
    Outgoing,
    Proof,
    Ticks,
    TickVisit,
)
from appliance.errors import DeviceError
from appliance.identities import Identity
from appliance.media.files import MediaFiles
from appliance.queue import adoption_turns, media_fetching, outcomes, posts, removal_turns
from appliance.queue.adoption_turns import AdoptionDesk, AdoptionPace
from appliance.queue.attached import NO_FILES, TEXT_ALONE, by_attempt, next_of
from appliance.queue.attempt import QueueAttempt, claim
from appliance.queue.doubts import OpenQuestion, open_questions
from appliance.queue.gate import ConsentGate
from appliance.queue.group_turns import GroupDesk, Seen, next_turn
from appliance.queue.lanes import Lane, place
from appliance.queue.pacing import MINUTE_MS, Profile
from appliance.queue.plan import next_due
from appliance.queue.planned import Planned
from appliance.queue.removal_turns import RemovalDesk, RemovalPace
from appliance.queue.steps import Step, Steps, no_steps
from appliance.queue.stored_history import Histories
from appliance.store import group_tasks, high_water, lines, routes
from appliance.store.contacts import identity_of
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

LOOK_AGAIN_MS = (0, 5_000, 15_000, 30_000, MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS)
"""Waits between looks at an attempt in doubt; the last one repeats."""

MAX_PER_VISIT = 20

Idle = Callable[[str, frozenset[Channel]], Errand | None]
"""By the device's id and the channels that can send on it now."""


class QueueWork:
    """The `Work` of every device. Called in the devices' threads."""

    def __init__(
        self,
        store: Store,
        gate: ConsentGate,
        profile: Profile,
        *,
        evidence: Path,
        media: MediaFiles | None = None,
        steps: Steps = no_steps,
        group_seen: Seen | None = None,
        chat_read: adoption_turns.Keep | None = None,
        adoption_pace: AdoptionPace | None = None,
        idle: Idle | None = None,
        histories: Histories | None = None,
        file_kept: media_fetching.FileKept | None = None,
        removal_pace: RemovalPace | None = None,
        holds: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`group_seen` keeps what changes in groups show; without it none is made. Without `media`
        no files of messages are brought. `chat_read` keeps what chats show that a phone had before;
        without it none is read. `idle` gives what a device does when nothing is due. `file_kept` is
        told of a file in the transaction that keeps it. What `holds` is true of is given nothing.
        """
        self._store, self._holds = store, holds
        self._gate = gate
        self._profile = profile
        self._evidence = evidence
        self._media = media
        self._files = media or NO_FILES
        self._steps = steps
        self._histories = histories or Histories()
        self._idle = idle
        self._file_kept = file_kept
        self._looked: dict[tuple[str, str], dict[Lane, str]] = {}
        self._adoption = chat_read and AdoptionDesk(
            store=store, gate=gate, keep=chat_read, pace=adoption_pace or AdoptionPace()
        )
        self._removals = RemovalDesk(
            store=store, evidence=evidence, pace=removal_pace or RemovalPace()
        )
        self._groups = group_seen and GroupDesk(
            store=store,
            gate=gate,
            profile=profile,
            histories=self._histories,
            evidence=evidence,
            files=self._files,
            seen=group_seen,
        )

    def next_task(
        self, device_id: str, channels: frozenset[Channel]
    ) -> Attempt | Look | TickVisit | MediaFetch | Errand | None:
        if self._holds(device_id) or not self._store.keeps_again():
            return None  # the outcome could not be kept
        if self._store.read(high_water.clock_is_wrong(self._store.clock)):
            return None
        return (
            self._question(device_id, channels)
            or self._turn(device_id, channels)
            or self._due(device_id, channels)
            or self._visit(device_id, channels)
            or self._fetch(device_id, channels)
            or self._remove(device_id, channels)
            or self._adopt(device_id, channels)
            or (self._idle and self._idle(device_id, channels))
        )

    def sent(self, attempt: Attempt, proof: Proof) -> None:
        outgoing, device_id = attempt.outgoing, self._device_of(attempt.outgoing)
        self._keep_outcome(lambda tx: outcomes.sent(tx, outgoing, device_id, proof))
        log.info("message %s sent, tick %s", outgoing.message_id, proof.tick.value)

    def not_sent(self, attempt: Attempt, error: Exception) -> None:
        self._keep_outcome(lambda tx: outcomes.not_sent(tx, attempt.outgoing, error))
        log.warning(
            "message %s not proven sent: %s", attempt.outgoing.message_id, type(error).__name__
        )

    def looked(self, look: Look, found: Found | DeviceError) -> None:
        outgoing, device_id = look.outgoing, self._device_of(look.outgoing)

        def note(tx: Tx) -> None:
            if isinstance(found, DeviceError):
                outcomes.look_failed(tx, outgoing)
            else:
                outcomes.looked(tx, outgoing, device_id, found)
            self._steps(Step.KEEPING_ANSWER)

        self._steps(Step.ANSWERED)
        self._store.write(note)
        self._steps(Step.ANSWER_KEPT)

    def visited(self, visit: TickVisit, ticks: Ticks | DeviceError) -> None:
        device_id = self._device_of(visit.sent[0])

        def note(tx: Tx) -> None:
            if isinstance(ticks, Ticks):
                for message_id, tick in ticks.by_message.items():
                    outcomes.tick(tx, message_id, tick, {"by": "visit"})
            _strike_visits(tx, device_id, visit.sent[0].identity)
            self._steps(Step.KEEPING_TICKS)

        # Were it lost, the visit would be due again, and the ticks still stand there.
        self._store.write(note, durable=False)
        self._steps(Step.TICKS_KEPT)

    def fetched(self, fetch: MediaFetch, found: Fetched | DeviceError) -> None:
        self._store.write(lambda tx: media_fetching.note_found(tx, fetch, found, self._file_kept))

    def _keep_outcome(self, outcome: Callable[[Tx], None]) -> None:
        def note(tx: Tx) -> None:
            outcome(tx)
            self._steps(Step.KEEPING_OUTCOME)

        self._steps(Step.SEEN)
        self._store.write(note)
        self._steps(Step.OUTCOME_KEPT)

    def _question(self, device_id: str, channels: frozenset[Channel]) -> Look | None:
        now_ms = self._store.clock.now_ms()
        for question in self._store.read(self._questions(device_id)):
            if question.tapped_ms is None:
                self._settle_untouched(question, device_id)
            elif question.outgoing.channel not in channels:
                self._give_up_asking(question.outgoing, now_ms)
            elif _due_again(question, now_ms):
                self._steps(Step.ASKING)
                return Look(outgoing=question.outgoing, baseline=question.baseline)
        return None

    def _questions(self, device_id: str) -> Callable[[sqlite3.Connection], Sequence[OpenQuestion]]:
        return lambda conn: open_questions(conn, device_id, self._files)

    def _give_up_asking(self, outgoing: Outgoing, now_ms: int) -> None:
        """The device is there, but its channel is closed, perhaps for good, as after a ban."""
        if self._store.read(lambda conn: outcomes.is_overdue(conn, outgoing, now_ms)):
            self._store.write(lambda tx: outcomes.ask_a_person(tx, outgoing))

    def _settle_untouched(self, question: OpenQuestion, device_id: str) -> None:
        """The gate never opened, so nothing was tapped: the attempt row itself is the proof."""
        found = Found(finding=Finding.ABSENT, facts={"by": "gate-never-opened"})
        outgoing = question.outgoing
        self._store.write(lambda tx: outcomes.looked(tx, outgoing, device_id, found))

    def _due(self, device_id: str, channels: frozenset[Channel]) -> QueueAttempt | None:
        """The first over all lines of the device: one SIM has one queue."""
        for planned, line_id in self._planned(device_id, channels):
            if attempt := self._claim(planned, line_id, device_id):
                return attempt
        return None

    def _planned(
        self, device_id: str, channels: frozenset[Channel]
    ) -> Sequence[tuple[Planned, str]]:
        """What may leave over the device now, the first of each line."""
        now_ms = self._store.clock.now_ms()

        def ask(conn: sqlite3.Connection) -> list[tuple[Planned, str]]:
            found = []
            for line in _lines_of(conn, device_id):
                planned = next_due(
                    conn,
                    line,
                    self._profile,
                    device_id=device_id,
                    channels=channels,
                    now_ms=now_ms,
                    histories=self._histories,
                    looked=self._looked.setdefault((device_id, line.id), {}),
                )
                if planned is not None:
                    found.append((planned, line.id))
            return sorted(found, key=lambda each: place(each[0].queued))

        return self._store.read(ask)

    def _adopt(self, device_id: str, channels: frozenset[Channel]) -> AdoptionTurn | None:
        if self._adoption is None or not any(channel.needs_account for channel in channels):
            return None

        return adoption_turns.next_turn(
            self._adoption, device_id, self._is_due(device_id, channels)
        )

    def _remove(
        self, device_id: str, channels: frozenset[Channel]
    ) -> removal_turns.QueueRemovalTurn | None:
        if not any(channel.clears_chats for channel in channels):
            return None
        is_due = self._is_due(device_id, channels)
        return removal_turns.next_turn(self._removals, device_id, is_due)

    def _is_due(self, device_id: str, channels: frozenset[Channel]) -> Callable[[], bool]:
        return lambda: bool(self._planned(device_id, channels))

    def _turn(self, device_id: str, channels: frozenset[Channel]) -> GroupTurn | None:
        if self._groups is None or not any(channel.groups for channel in channels):
            return None
        if not self._store.read(group_tasks.any_open):
            return None
        carried = self._store.read(lambda conn: _lines_of(conn, device_id))
        return next_turn(self._groups, device_id, carried)

    def _claim(self, planned: Planned, line_id: str, device_id: str) -> QueueAttempt | None:
        def take(tx: Tx) -> Outgoing | None:
            taken = claim(tx, planned, line_id, device_id, self._files)
            self._steps(Step.CLAIMING)
            return taken

        # A power cut that takes the claim back was before the tap: the gate's commit holds both.
        outgoing = self._store.write(take, durable=False)
        if outgoing is None:
            return None
        self._steps(Step.CLAIMED)
        return QueueAttempt(
            outgoing=outgoing,
            evidence_folder=self._evidence / outgoing.attempt_id,
            device_id=device_id,
            line_id=line_id,
            store=self._store,
            gate=self._gate,
            earlier=self._store.read(
                lambda conn: _awaiting_ticks(
                    conn, device_id, outgoing.channel, outgoing.identity, self._files
                )
            ),
            steps=self._steps,
        )

    def _visit(self, device_id: str, channels: frozenset[Channel]) -> TickVisit | None:
        ticking = [channel for channel in channels if channel.has_ticks]
        if not ticking:
            return None
        now_ms = self._store.clock.now_ms()
        visit = self._store.read(
            lambda conn: _next_visit(conn, device_id, ticking, now_ms, self._files)
        )
        if visit is not None:
            self._steps(Step.VISITING)
        return visit

    def _fetch(self, device_id: str, channels: frozenset[Channel]) -> MediaFetch | None:
        files, now_ms = self._media, self._store.clock.now_ms()
        if files is None or not any(channel.carries_media for channel in channels):
            return None
        return self._store.read(
            lambda conn: media_fetching.next_fetch(conn, device_id, files, now_ms=now_ms)
        )

    def _device_of(self, outgoing: Outgoing) -> str:
        return self._store.read(
            lambda conn: str(
                conn.execute(
                    "SELECT device_id FROM attempt WHERE id = ?", (outgoing.attempt_id,)
                ).fetchone()[0]
            )
        )


def _due_again(question: OpenQuestion, now_ms: int) -> bool:
    wait_ms = LOOK_AGAIN_MS[min(question.looks, len(LOOK_AGAIN_MS) - 1)]
    if question.looked_ms is None:
        return True
    return not 0 <= now_ms - question.looked_ms < wait_ms


def _lines_of(conn: sqlite3.Connection, device_id: str) -> Sequence[lines.Line]:
    ids = {route.line_id for route in routes.routes_of_device(conn, device_id)}
    return [line for line in lines.lines(conn) if line.id in ids and not line.stops(device_id)]


def _next_visit(
    conn: sqlite3.Connection,
    device_id: str,
    channels: Iterable[Channel],
    now_ms: int,
    files: MediaFiles,
) -> TickVisit | None:
    """The chat whose visit is due first, with all its messages that still lack a read tick."""
    first = conn.execute(
        "SELECT m.scheme, m.value, m.channel, m.line_id FROM tick_visit v"
        " JOIN message m ON m.id = v.message_id"
        " JOIN line ON line.id = m.line_id"
        " AND (line.stopped IS NULL OR line.stopped_on <> v.device_id)"
        " WHERE v.device_id = ? AND v.due_ms <= ?"
        " AND m.channel IN (SELECT value FROM json_each(?)) ORDER BY v.due_ms LIMIT 1",
        (device_id, now_ms, json.dumps([each.name for each in channels])),
    ).fetchone()
    if first is None:
        return None
    identity, channel = identity_of(first), Channel.named(first["channel"])
    sent = _awaiting_ticks(conn, device_id, channel, identity, files)
    group = posts.group_of(conn, first["line_id"], identity)
    return TickVisit(channel=channel, number=identity.value, sent=sent, group=group)


def _awaiting_ticks(
    conn: sqlite3.Connection,
    device_id: str,
    channel: Channel,
    identity: Identity,
    files: MediaFiles,
) -> Sequence[Outgoing]:
    """What was sent to them over it and may still get another tick, oldest first."""
    sent = conn.execute(
        "SELECT DISTINCT m.id, m.text, m.line_id, a.id AS attempt_id, a.started_ms"
        " FROM tick_visit v JOIN message m ON m.id = v.message_id"
        " JOIN attempt a ON a.message_id = m.id AND a.outcome = 'sent'"
        " WHERE v.device_id = ? AND m.value = ? AND m.scheme = ? AND m.channel = ?"
        " ORDER BY m.id DESC, a.id DESC LIMIT ?",
        (device_id, *identity, channel.name, MAX_PER_VISIT),
    ).fetchall()
    ids = [row["id"] for row in sent]
    carried, without = by_attempt(conn, ids, files), next_of(conn, ids, files)
    each = [carried.get(row["attempt_id"], without.get(row["id"], TEXT_ALONE)) for row in sent]
    return [
        Outgoing(
            attempt_id=row["attempt_id"],
            message_id=row["id"],
            channel=channel,
            number=identity.value,
            text=had.caption(row["text"]),
            started_ms=row["started_ms"],
            file=had.file,
            group=posts.group_of(conn, row["line_id"], identity),
        )
        for row, had in reversed(list(zip(sent, each, strict=True)))
    ]


def _strike_visits(tx: Tx, device_id: str, identity: Identity) -> None:
    """The chat's visits that were due are done, also for messages above what the screen showed.

    A message that was read needs no more visits.
    """
    tx.conn.execute(
        "DELETE FROM tick_visit WHERE device_id = ?1 AND EXISTS (SELECT 1 FROM message m"
        " WHERE m.id = tick_visit.message_id AND m.value = ?2 AND m.scheme = ?3"
        " AND (tick_visit.due_ms <= ?4 OR m.state = 'read'))",
        (device_id, *identity, tx.now_ms),
    )

"""A group with all of Balie behind it: store, queue, desk, the phone's own thread, a phone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.desk.groups import changing, outcomes
from appliance.desk.groups.changing import GroupAuthor
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.desk.outgoing.sending import Author, SendRequest
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.emulated.phone.whatsapp.model import Chat
from appliance.emulated.world.numbers import group_jid
from appliance.media.files import MediaFiles
from appliance.media.kinds import FileType, MediaKind
from appliance.messages import MessageState
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.work import QueueWork
from appliance.store import branches, devices, groups, lines, messages, routes
from appliance.store.groups import ChatGroup
from appliance.store.media import NewUpload, add_upload
from appliance.store.store import Store, Tx
from tests.devices.phone.driver_kit import BEA, OWN, Desk, World
from tests.emulated.phone_bench import eventually
from tests.fresh_store import fresh_store

VENLO = "Team Venlo"
WITHIN_MS = 10_000
SLOWLY = 0.2
"""The machine has fifty seconds for these ten, however busy it is."""
ME = GroupAuthor()


@dataclass
class Office:
    """A line on the emulated phone, whose thread runs."""

    store: Store
    world: World
    line_id: str
    files: MediaFiles

    @property
    def group(self) -> ChatGroup:
        found = self.store.read(lambda conn: groups.of_jid(conn, self.line_id, group_jid(VENLO)))
        assert found
        return found

    @property
    def chat(self) -> Chat:
        found: Chat = self.world.handset.whatsapp.account.chats[group_jid(VENLO)]
        return found

    def put_back_ms(self) -> int:
        """When the name was last put back; 0 before that."""
        return self.store.read(
            lambda conn: int(
                conn.execute(
                    "SELECT coalesce(max(at_ms), 0) FROM group_journal WHERE put_back"
                ).fetchone()[0]
            )
        )

    def knows_the_group(self) -> bool:
        jid = group_jid(VENLO)
        return self.store.read(lambda conn: groups.of_jid(conn, self.line_id, jid) is not None)


@pytest.fixture
def office(world: World, desk: Desk, tmp_path: Path) -> Iterator[Office]:
    store = fresh_store(tmp_path / "balie.db", world.clock)

    def add(tx: Tx) -> tuple[str, str]:
        branch_id = branches.add_branch(tx, "Venlo")
        line_id = lines.add_line(tx, branch_id=branch_id, number=OWN)
        device_id = devices.enrol(tx, kind="phone", address=world.serial)
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.WHATSAPP)
        return line_id, device_id

    line_id, device_id = store.write(add)
    gate = ConsentGate()
    reception = Reception(store, gate)
    files = MediaFiles(tmp_path / "media")
    work = QueueWork(
        store,
        gate,
        DEFAULT_PROFILE,
        evidence=tmp_path / "evidence",
        media=files,
        group_seen=outcomes.keep,
    )
    driver = desk.driver_for(device_id, reception)
    worker = DeviceWorker(driver, reception, work, Rhythm(poll_s=0.05))
    worker.start()
    ready = Office(store=store, world=world, line_id=line_id, files=files)
    world.on_loop(lambda: world.handset.contacts.update({BEA: "Bea"}))
    world.write(BEA, "Hoi")
    world.write(BEA, "Wie kan morgen?", group=VENLO)
    assert eventually(ready.knows_the_group)
    try:
        yield ready
    finally:
        worker.stop()
        store.close()


@pytest.mark.parametrize("speed", [SLOWLY], indirect=True)
def test_a_name_that_somebody_changes_is_put_back_within_ten_seconds(office: Office) -> None:
    """Of the world's clock, with which Balie's own waits are measured, too. Also when they change
    it again meanwhile.
    """
    office.store.write(lambda tx: changing.guard(tx, office.group, on=True))
    changed_ms = office.store.clock.now_ms()
    office.world.inject(kind="group", group=VENLO, what="rename", by=BEA, to="Feest")
    assert eventually(office.put_back_ms)
    assert office.put_back_ms() - changed_ms <= WITHIN_MS
    assert eventually(lambda: office.chat.subject == VENLO)
    office.world.inject(kind="group", group=VENLO, what="rename", by=BEA, to="Nog een feest")
    assert eventually(lambda: office.chat.subject == VENLO and office.group.name == VENLO)
    rows = office.store.read(
        lambda conn: [
            tuple(row)
            for row in conn.execute("SELECT after, put_back FROM group_journal ORDER BY id")
        ]
    )
    assert rows[-1] == (VENLO, 1)


def test_a_picture_that_somebody_changes_is_put_back(office: Office, tmp_path: Path) -> None:
    """The phone's notification tells of it."""
    files = office.files
    with files.growing() as growing:
        growing.write(b"logo")
        kept = growing.keep()
    upload = NewUpload(told=FileType(MediaKind.IMAGE, "image/png"), name="logo.png", kept=kept)
    logo = office.store.write(lambda tx: add_upload(tx, upload)).id
    office.store.write(lambda tx: changing.guard(tx, office.group, on=True, picture=logo))
    assert eventually(lambda: office.chat.icon == kept.sha256 and office.group.picture == logo)
    office.world.inject(kind="group", group=VENLO, what="icon", by=BEA)
    assert eventually(lambda: office.chat.icon == kept.sha256 and office.group.picture == logo)


def test_a_post_leaves_once_after_the_members_were_read(office: Office) -> None:
    request = SendRequest(
        line_id=office.line_id,
        identity=office.group.identity,
        text="Om 7 uur bij de poort",
        author=Author(rule="test"),
        typed=True,
    )
    message_id = office.store.write(lambda tx: accept_post(tx, request)).id

    def has_left() -> bool:
        state = office.store.read(lambda conn: messages.state_of(conn, message_id))
        return state in {MessageState.SENT, MessageState.DELIVERED, MessageState.READ}

    assert eventually(has_left)
    assert office.group.read_ms is not None
    assert office.world.truth("whatsapp").count("Om 7 uur bij de poort") == 1

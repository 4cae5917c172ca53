"""A chat that is to go, with all of Balie behind it: store, queue, desk, the phone's own thread."""

from pathlib import Path

import pytest

from appliance.channels import Channel
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.desk.team import staff
from appliance.devices.worker import DeviceWorker, Rhythm
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.world.numbers import jid_of
from appliance.identities import tel
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.removal_turns import RemovalPace
from appliance.queue.work import QueueWork
from appliance.store import (
    branch_settings,
    branches,
    contacts,
    devices,
    lines,
    phone_removals,
    routes,
)
from appliance.store.phone_removals import NewRemoval, RemovalState
from appliance.store.store import Store, Tx
from tests.devices.phone.driver_kit import ANNA, BEA, OWN, Desk, World
from tests.emulated.phone_bench import eventually
from tests.fresh_store import fresh_store

ENGLISH = PhoneSpec(number=OWN, language="en", lookup_ms=40)
AT_ONCE = RemovalPace(gap_ms=0, spread_ms=0, quiet_ms=0)
ALWAYS = {"opens": "00:00", "closes": "23:59", "weekdays": "1234567", "holidays": "", "lunch": ""}
NO_WELCOME = "UPDATE message SET state = 'cancelled', expected_ms = NULL WHERE state = 'queued'"


def line_on(store: Store, world: World) -> tuple[str, str]:
    def add(tx: Tx) -> tuple[str, str]:
        branch_id = branches.add_branch(tx, "Venlo")
        branch_settings.change(tx, branch_id, ALWAYS, by="test")
        line_id = lines.add_line(tx, branch_id=branch_id, number=OWN)
        device_id = devices.enrol(tx, kind="phone", address=world.serial)
        routes.add_route(tx, line_id=line_id, device_id=device_id, channel=Channel.WHATSAPP)
        return line_id, device_id

    return store.write(add)


@pytest.mark.parametrize("spec", [ENGLISH], indirect=True)
def test_an_answered_chat_goes_and_nothing_leaves_twice(
    desk: Desk, world: World, tmp_path: Path
) -> None:
    """Anna was answered; then her chat goes, and Bea's stays. Who writes again is heard."""
    store = fresh_store(tmp_path / "balie.db", world.clock)
    line_id, device_id = line_on(store, world)
    gate = ConsentGate()
    reception = Reception(store, gate)
    work = QueueWork(
        store, gate, DEFAULT_PROFILE, evidence=tmp_path / "evidence", removal_pace=AT_ONCE
    )
    worker = DeviceWorker(
        desk.driver_for(device_id, reception), reception, work, Rhythm(poll_s=0.05)
    )

    def count(direction: str = "in", which: str = "1") -> int:
        asked = f"SELECT count(*) FROM message WHERE direction = ? AND {which}"  # noqa: S608 -- ours
        return store.read(lambda conn: int(conn.execute(asked, (direction,)).fetchone()[0]))

    def state(removal_id: str) -> RemovalState:
        return store.read(lambda conn: phone_removals.states_of(conn, [removal_id]))[removal_id]

    try:
        world.write(ANNA, "Mijn bsn is 398259793")
        world.write(BEA, "Hoi")
        worker.start()
        assert eventually(lambda: count() == 2)
        known = store.read(lambda conn: contacts.by_identity(conn, tel(ANNA)))
        assert known is not None
        store.write(lambda tx: tx.conn.execute(NO_WELCOME))
        staff_id = store.write(lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=None))
        answer = SendRequest(
            line_id=line_id,
            identity=tel(ANNA),
            text="Dank je",
            author=Author(staff_id=staff_id),
            typed=True,
        )
        store.write(lambda tx: accept(tx, answer))
        worker.wake()
        assert eventually(lambda: count("out", "state IN ('sent', 'delivered', 'read')") == 1)
        chat = NewRemoval(
            line_id=line_id, device_id=device_id, channel=Channel.WHATSAPP, whose=tel(ANNA)
        )
        removal_id = store.write(lambda tx: phone_removals.ask(tx, chat))
        worker.wake()
        assert eventually(lambda: state(removal_id) is RemovalState.DONE, within_s=40)
        chats = world.handset.whatsapp.account.chats
        assert chats[jid_of(ANNA)].messages == []
        assert len(chats[jid_of(BEA)].messages) >= 1
        assert world.truth().count("Dank je") == 1
        world.write(ANNA, "Ik ben er weer")
        assert eventually(lambda: count() == 3)
    finally:
        worker.stop()
        store.close()

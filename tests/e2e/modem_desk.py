"""A modem as a branch has one: its state, and the messages that left and came in over it."""

import json
from dataclasses import dataclass
from typing import Any

from appliance.channels import Channel
from appliance.desk.lines import new_line
from appliance.devices.protocol import DeviceState
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import line_settings, routes
from appliance.store.store import Tx
from tests.e2e.filler import Filler

PORT = "/dev/serial/by-id/usb-HUAWEI_MOBILE-if00-port0"
IMEI = "356938035643809"
WELL: dict[str, Any] = {
    "port": "/dev/ttyUSB2",
    "manufacturer": "huawei",
    "model": "E3372",
    "firmware": "21.200.07",
    "registration": "home",
    "roaming": False,
    "signal_dbm": -71,
    "network": "KPN",
    "network_code": "20408",
    "storage": "SM",
    "storage_used": 3,
    "storage_total": 20,
}


@dataclass(slots=True)
class ModemDesk:
    """The modem that a branch falls back on."""

    desk: Filler
    branch: str
    device_id: str

    @classmethod
    def at(cls, desk: Filler, branch: str, *, number: str | None = "+31612345690") -> "ModemDesk":
        def work(tx: Tx) -> str:
            device_id = new_line.add_fallback(tx, desk.filled.lines[branch], PORT)
            tx.conn.execute(
                "UPDATE device SET imei = ?, iccid = '8931440000000000001', sim_number = ?"
                " WHERE id = ?",
                (IMEI, number, device_id),
            )
            return device_id

        modem = cls(desk, branch, desk.store.write(work))
        modem.is_now(DeviceState.READY)
        return modem

    def is_now(
        self, state: DeviceState, reason: Reason = Reason.NONE, **facts: str | float | bool | None
    ) -> None:
        channels = [Channel.SMS.name] if state is DeviceState.READY else []

        def work(tx: Tx) -> None:
            tx.conn.execute(
                "UPDATE device SET state = ?, reason = ?, channels = ?, facts = ?, changed_ms = ?"
                " WHERE id = ?",
                (
                    state.value,
                    reason.value,
                    json.dumps(channels),
                    json.dumps({**WELL, **facts}),
                    tx.now_ms,
                    self.device_id,
                ),
            )
            tx.emit(EventKind.DEVICE_STATUS, device_id=self.device_id, facts={"state": state.value})

        self.desk.store.write(work)

    def credit(self, cents: int, *, warn_below: int | None = None) -> None:
        def work(tx: Tx) -> None:
            tx.conn.execute(
                "UPDATE device SET balance_cents = ?, balance_ms = ? WHERE id = ?",
                (cents, tx.now_ms, self.device_id),
            )
            line_id = self.desk.filled.lines[self.branch]
            line_settings.change(tx, line_id, {"credit_warn_cents": warn_below}, by="test")

        self.desk.store.write(work)

    def phone_is_away(self, *, minutes: int = 60) -> None:
        """The branch's own phone has been away for that long."""
        self.desk.device_state(self.branch, DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
        phone = self.desk.filled.devices[self.branch]

        def work(tx: Tx) -> None:
            gone_ms = tx.now_ms - minutes * 60_000
            lost = {channel.name: gone_ms for channel in Channel.known()}
            tx.conn.execute("UPDATE device SET lost = ? WHERE id = ?", (json.dumps(lost), phone))

        self.desk.store.write(work)

    def falls_back_after(self, minutes: int) -> None:
        """Another person saved it, in another browser."""
        line_id = self.desk.filled.lines[self.branch]
        said = {"fallback_after_min": minutes}
        self.desk.store.write(lambda tx: line_settings.change(tx, line_id, said, by="test"))

    @property
    def routes(self) -> list[routes.Route]:
        line_id = self.desk.filled.lines[self.branch]
        return list(self.desk.store.read(lambda conn: routes.routes_of_line(conn, line_id)))


def left_over_modem(modem: ModemDesk, message_id: str, *, parts: int, arrived: int) -> None:
    """The message's only attempt was over the modem: its parts left, and some arrived."""

    def work(tx: Tx) -> None:
        attempt_id = tx.new_id()
        tx.conn.execute("UPDATE message SET channel = 'sms' WHERE id = ?", (message_id,))
        tx.conn.execute(
            "INSERT INTO attempt (id, message_id, device_id, channel, parts, signature, reference,"
            " started_ms, tapped_ms, ended_ms, outcome)"
            " VALUES (?1, ?2, ?3, 'sms', ?4, char(10) || '- Utrecht', 77, ?5, ?5, ?5, 'sent')",
            (attempt_id, message_id, modem.device_id, parts, tx.now_ms - 60_000),
        )
        for part in range(1, parts + 1):
            report = "arrived" if part <= arrived else None
            tx.conn.execute(
                "INSERT INTO attempt_part (attempt_id, part, state, mr, report, report_ms)"
                " VALUES (?, ?, 'sent', ?, ?, ?)",
                (attempt_id, part, 40 + part, report, tx.now_ms - 30_000 if report else None),
            )

    modem.desk.store.write(work)

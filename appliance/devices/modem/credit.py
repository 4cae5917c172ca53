"""The credit of a prepaid SIM, asked of the operator by USSD on a schedule (27.007 §7.15)."""

import logging
import re
import time

from appliance.clock import MS_PER_S
from appliance.devices.modem.at.urc import Ussd
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.options import BalanceQuery
from appliance.devices.modem_protocol import Balance

log = logging.getLogger(__name__)

_ASKED_CURSOR = "balance-asked"
_CENTS_CURSOR = "balance-cents"

# Somebody may have topped up an empty SIM since.
_SPENT_AGAIN_MS = 15 * 60 * MS_PER_S
_WANTS_ANSWER = 1  # an open menu blocks the next question
_UCS2 = 0x48  # TS 23.038 §5: general data coding, UCS2
_CENTS_PER_EURO = 100
_HEX_UCS2 = re.compile(r"(?:[0-9A-Fa-f]{4})+")


class CreditWatch:
    """Asks and listens in the device's thread, and never waits for the operator."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._query: BalanceQuery | None = None
        self._pending_s: float | None = None
        self.cents = modem.listener.cursor(modem.device_id, _CENTS_CURSOR)

    @property
    def is_spent(self) -> bool:
        """False where no question is set: an office that stops asking must not stay stopped."""
        known = self.cents is not None and bool(self._modem.options.balance)
        return known and (self.cents or 0) <= 0

    def ask_if_due(self, operator: str | None) -> None:
        """`operator` is MCC and MNC; an operator that the settings do not name is not asked."""
        self._give_up_if_silent()
        query = self._modem.options.balance.get(operator or "")
        if query is None or self._pending_s is not None or not self._is_due():
            return
        modem = self._modem
        modem.listener.move_cursor(modem.device_id, _ASKED_CURSOR, modem.clock.now_ms())
        timeout_s = modem.options.patience.network_s
        if modem.try_command(f'AT+CUSD=1,"{query.code}",15', timeout_s=timeout_s) is None:
            log.info("%s does not ask for its credit", modem.device_id)
            return
        self._query, self._pending_s = query, time.monotonic()

    def _is_due(self) -> bool:
        modem = self._modem
        asked_ms = modem.listener.cursor(modem.device_id, _ASKED_CURSOR)
        every_ms = int(modem.options.balance_every.total_seconds() * MS_PER_S)
        wait_ms = min(every_ms, _SPENT_AGAIN_MS) if self.is_spent else every_ms
        return asked_ms is None or modem.clock.now_ms() >= asked_ms + wait_ms

    def _give_up_if_silent(self) -> None:
        pending_s = self._pending_s
        if (
            pending_s is not None
            and time.monotonic() > pending_s + self._modem.options.patience.ussd_s
        ):
            self._tell(None)

    def hear(self, ussd: Ussd) -> None:
        """A text that the operator sends unasked is no answer."""
        if ussd.status == _WANTS_ANSWER:
            self._modem.try_command("AT+CUSD=2")
        if self._query is None or self._pending_s is None:
            return
        found = self._query.pattern.search(_text(ussd))
        if found is None:
            log.warning("the credit of %s cannot be read from the answer", self._modem.device_id)
        self._tell(_cents(found) if found else None)

    def _tell(self, cents: int | None) -> None:
        self._pending_s = None
        modem = self._modem
        modem.listener.balance(modem.device_id, Balance(cents=cents, at_ms=modem.clock.now_ms()))
        if cents is not None:
            self.cents = cents
            modem.listener.move_cursor(modem.device_id, _CENTS_CURSOR, cents)


def _text(ussd: Ussd) -> str:
    """UCS2 comes as hexadecimal, whatever the character set."""
    text = ussd.text or ""
    if _HEX_UCS2.fullmatch(text) and (ussd.dcs == _UCS2 or text.startswith("00")):
        return bytes.fromhex(text).decode("utf-16-be", "replace")
    return text


def _cents(found: re.Match[str]) -> int:
    """Groups `euros`, with dots between thousands, and `cents` where there is one."""
    groups = found.groupdict()
    euros = int(groups["euros"].replace(".", ""))
    sign = -1 if groups["euros"].startswith("-") else 1
    return euros * _CENTS_PER_EURO + sign * int((groups.get("cents") or "0").ljust(2, "0")[:2])

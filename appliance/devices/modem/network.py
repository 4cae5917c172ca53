"""What a modem says of itself, its SIM and its network: 3GPP TS 27.007."""

import re
from dataclasses import dataclass

from appliance.devices.device_facts import NetworkFacts, Registration
from appliance.devices.modem.modem import Modem, ModemIdentity

# There is no standard command: each maker has one. Reading EF_ICCID itself comes last.
_ICCID_COMMANDS = ("AT+CCID", "AT+ICCID", "AT+QCCID", "AT^ICCID?")
_READ_EF_ICCID = "AT+CRSM=176,12258,0,0,10"
_ICCID = re.compile(r"\b(89\d{16,18})[Ff]?\b")
_CRSM = re.compile(r'\+CRSM: *144, *\d+, *"?([0-9A-Fa-f]{20})"?')
_DIGITS = re.compile(r"\d+")

_UNKNOWN_SIGNAL = 99  # 27.007 §8.5
_DOMAINS = ("CREG", "CGREG", "CEREG")
_DENIED = 3
_REGISTERED = frozenset({1, 5, 6, 7})  # 6 and 7: for SMS only (27.007 §7.2)
_AWAY = frozenset({5, 7})


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkStatus:
    """`name` and `code` (MCC and MNC) are of the operator that the modem is registered with."""

    registered: bool
    denied: bool
    roaming: bool
    signal_dbm: int | None
    name: str | None
    code: str | None

    def facts(self) -> NetworkFacts:
        return NetworkFacts(
            registration=self._registration,
            roaming=self.roaming,
            signal_dbm=self.signal_dbm,
            network=self.name,
            network_code=self.code,
        )

    @property
    def _registration(self) -> Registration:
        if self.denied:
            return Registration.DENIED
        if self.roaming:
            return Registration.ROAMING
        return Registration.HOME if self.registered else Registration.NONE


def read_identity(modem: Modem) -> ModemIdentity:
    return ModemIdentity(
        imei=_first(modem, "AT+CGSN", re.compile(r"\D*(\d{14,17})(?!\d)")) or "",
        manufacturer=_word(modem, "AT+CGMI"),
        model=_word(modem, "AT+CGMM"),
        firmware=_word(modem, "AT+CGMR"),
    )


def read_iccid(modem: Modem) -> str | None:
    """Works before the PIN: EF_ICCID is always free to read (3GPP TS 31.102 §4.2)."""
    for command in _ICCID_COMMANDS:
        answer = modem.try_command(command)
        for line in answer.lines if answer else ():
            if match := _ICCID.search(line):
                return match[1]
    answer = modem.try_command(_READ_EF_ICCID)
    for line in answer.lines if answer else ():
        if match := _CRSM.match(line):
            return _swapped(match[1])
    return None


def read_imsi(modem: Modem) -> str | None:
    return _first(modem, "AT+CIMI", re.compile(r"\D*(\d{14,15})$"))


def read_number(modem: Modem) -> str | None:
    """The number that was once written on the SIM; often none."""
    return _first(modem, "AT+CNUM", re.compile(r'\+CNUM: *(?:"[^"]*")?, *"(\+?\d{6,15})"'))


class NetworkReader:
    """The name of each operator is asked only once."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem
        self._names: dict[str, str | None] = {}

    def read(self) -> NetworkStatus:
        self._modem.registration = {domain: self._state(domain) for domain in _DOMAINS}
        states = list(self._modem.registration.values())
        registered = any(state in _REGISTERED for state in states)
        code = self._operator() if registered else None
        return NetworkStatus(
            registered=registered,
            denied=not registered and _DENIED in states,
            roaming=registered and any(state in _AWAY for state in states),
            signal_dbm=self._signal(),
            name=self._name(code),
            code=code,
        )

    def _state(self, domain: str) -> int | None:
        answer = self._modem.try_command(f"AT+{domain}?")
        told = _DIGITS.findall((answer.value(f"+{domain}") or "") if answer else "")
        return int(told[1]) if len(told) > 1 else None

    def _signal(self) -> int | None:
        answer = self._modem.try_command("AT+CSQ")
        found = _DIGITS.match((answer.value("+CSQ") or "") if answer else "")
        if found is None or int(found[0]) >= _UNKNOWN_SIGNAL:
            return None
        return -113 + 2 * int(found[0])  # 27.007 §8.5: steps of 2 dB from -113

    def _operator(self) -> str | None:
        return self._ask_operator(2, re.compile(r'"(\d{5,6})"'))

    def _name(self, code: str | None) -> str | None:
        if code is None:
            return None
        if code not in self._names:
            self._names[code] = self._ask_operator(0, re.compile(r'"([^"]+)"'))
        return self._names[code]

    def _ask_operator(self, form: int, shape: re.Pattern[str]) -> str | None:
        """`form`: 0 for the long name, 2 for the number (27.007 §7.3)."""
        timeout_s = self._modem.options.patience.network_s
        self._modem.try_command(f"AT+COPS=3,{form}", timeout_s=timeout_s)
        answer = self._modem.try_command("AT+COPS?", timeout_s=timeout_s)
        found = shape.search((answer.value("+COPS") or "") if answer else "")
        return found[1] if found else None


def _first(modem: Modem, command: str, shape: re.Pattern[str]) -> str | None:
    answer = modem.try_command(command)
    for line in answer.lines if answer else ():
        if match := shape.match(line):
            return match[1]
    return None


def _word(modem: Modem, command: str) -> str:
    """The line without the command's own name before it, which some makers write."""
    answer = modem.try_command(command)
    line = answer.lines[0] if answer and answer.lines else ""
    return re.sub(r"^\+[A-Z]+: *", "", line).strip('" ').removeprefix("Revision:").strip()


def _swapped(digits: str) -> str:
    """Semi-octets, the first digit in the low half (3GPP TS 31.102 §4.2.1)."""
    pairs = (digits[at + 1] + digits[at] for at in range(0, len(digits), 2))
    return "".join(pairs).rstrip("Ff")

"""The JSON that the control address takes for a modem."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter

from appliance.emulated.modem.faults import ModemFaultKind
from appliance.emulated.world.control_bodies import Number, Sender

_HEX = r"^([0-9A-Fa-f]{2})*$"
_NAMES = AliasChoices("modem", "port", "imei", "phone", "serial")


class _ModemBody(BaseModel):
    """A modem is named by its port, IMEI or number; a single modem needs no name."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    modem: str = Field(default="", validation_alias=_NAMES)


class MessageToModem(_ModemBody):
    """Somebody writes or calls; a caller without `from` withholds the number.

    `order` has the numbers of the parts as they arrive: a part may be in it twice, or not at all.
    `ucs2` is used even where the default alphabet would do; `halves` cuts through emoji. `pid`,
    `dcs`, `elements` of the header and `octets` instead of the text (both in hex) are what networks
    and programs set. `copies`: how many times the same octets arrive.
    """

    kind: Literal["message"] = "message"
    modem: str = Field(
        default="", validation_alias=AliasChoices(*[str(c) for c in _NAMES.choices], "to")
    )
    channel: Literal["sms", "call"] = "sms"
    sender: Sender | Literal[""] = Field(
        default="", validation_alias=AliasChoices("from", "sender")
    )
    name: str = ""
    text: str = ""
    at_ms: int | None = None
    order: list[int] | None = None
    reference: int | None = Field(default=None, ge=0, le=0xFFFF)
    wide: bool = False
    flash: bool = False
    ucs2: bool = False
    halves: bool = False
    pid: int = Field(default=0, ge=0, le=255)
    dcs: int | None = Field(default=None, ge=0, le=255)
    octets: str | None = Field(default=None, pattern=_HEX)
    elements: str = Field(default="", pattern=_HEX, max_length=200)
    copies: int = Field(default=1, ge=1, le=100)
    rings: int = Field(default=3, ge=1)
    every_ms: float = Field(default=3000, gt=0)


class RawPdu(_ModemBody):
    """A TPDU of the network as it is, without the service centre's address."""

    kind: Literal["pdu"]
    tpdu: str = Field(pattern=r"^([0-9A-Fa-f]{2})+$", max_length=400)


class ReportToModem(_ModemBody):
    """A status report; `status` is TP-ST: 0 arrived, 32-47 still trying, 64 and more failed."""

    kind: Literal["report"]
    number: Number
    reference: int = Field(ge=0, le=255)
    status: int = Field(default=0, ge=0, le=255)
    sent_at_ms: int | None = None
    at_ms: int | None = None


class SetCredit(_ModemBody):
    """`price_cents` is what a part costs from now on; 0 costs nothing."""

    kind: Literal["credit"]
    cents: int | None = None
    price_cents: int | None = Field(default=None, ge=0)


class UssdAnswer(_ModemBody):
    """With `code`: the operator's answer to it (`{euros}` is the credit). Without: a text now."""

    kind: Literal["ussd"]
    text: str
    code: str = ""


class PlugModemSim(_ModemBody):
    kind: Literal["plug-sim"]
    iccid: str = Field(pattern=r"^\d{18,20}$")
    number: Number | Literal[""] = ""
    imsi: str = Field(default="204080000000001", pattern=r"^\d{14,15}$")
    pin: str = Field(default="", pattern=r"^(\d{4,8})?$")


class ModemSwitch(_ModemBody):
    """`plug` gives the port another name with `rename`."""

    kind: Literal["unplug-sim", "unplug", "plug"]
    rename: bool = False


class Air(_ModemBody):
    """`rssi` as +CSQ says it, 0-31 or 99; `operator` and `mcc_mnc` are the home network's."""

    kind: Literal["signal"]
    rssi: int | None = Field(default=None, ge=0, le=99)
    ber: int | None = Field(default=None, ge=0, le=99)
    operator: str | None = None
    mcc_mnc: str | None = None


class Urc(_ModemBody):
    """Any unsolicited line."""

    kind: Literal["urc"]
    line: str


ModemInjection = (
    MessageToModem
    | RawPdu
    | ReportToModem
    | SetCredit
    | UssdAnswer
    | PlugModemSim
    | ModemSwitch
    | Air
    | Urc
)
_INJECTION: TypeAdapter[ModemInjection] = TypeAdapter(
    Annotated[ModemInjection, Field(discriminator="kind")]
)


class ModemFaultBody(_ModemBody):
    """`faults.py` says which of these each fault reads; `times` null: until it is lifted."""

    fault: ModemFaultKind
    lift: bool = False
    times: int | None = Field(default=None, ge=1)
    chance: float = Field(default=1.0, ge=0, le=1)
    command: str | None = None
    how: str = ""
    code: int = Field(default=0, ge=0, le=999)
    ms: float = Field(default=0, ge=0)
    seconds: float | None = Field(default=None, ge=0)
    rename: bool = False
    line: str = Field(default="", validation_alias=AliasChoices("line", "answer"))


def modem_injection(body: Any) -> ModemInjection:
    """Raises pydantic.ValidationError; a body without `kind` is a message."""
    if isinstance(body, dict):
        body = {"kind": "message", **body}
    return _INJECTION.validate_python(body)


_ANNA = "+31612345699"
_MODEM = "+31612345801"
MODEM_EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "inject": [
        {"modem": _MODEM, "channel": "sms", "from": _ANNA, "text": "Hoi"},
        {
            "modem": _MODEM,
            "channel": "sms",
            "from": _ANNA,
            "text": "lang " * 80,
            "order": [3, 1, 1, 2],
        },
        {"modem": _MODEM, "channel": "sms", "from": "KPN", "text": "Welkom"},
        {"modem": _MODEM, "channel": "sms", "from": _ANNA, "text": "ja", "copies": 2},
        {"modem": _MODEM, "channel": "sms", "from": "1233", "dcs": 200},
        {
            "modem": _MODEM,
            "channel": "sms",
            "from": "1211",
            "dcs": 245,
            "elements": "05040B8423F0",
            "octets": "0106",
        },
        {"modem": _MODEM, "channel": "call", "from": _ANNA, "rings": 2, "every_ms": 3000},
        {"modem": _MODEM, "kind": "pdu", "tpdu": "04039121F300006211213263144003C8771A"},
        {"modem": _MODEM, "kind": "report", "number": _ANNA, "reference": 1, "status": 0},
        {"modem": _MODEM, "kind": "credit", "cents": 150, "price_cents": 10},
        {"modem": _MODEM, "kind": "ussd", "code": "*101#", "text": "Saldo {euros} euro"},
        {"modem": _MODEM, "kind": "ussd", "text": "U bent bijna door uw tegoed heen"},
        {"modem": _MODEM, "kind": "signal", "rssi": 9, "operator": "Odido", "mcc_mnc": "20416"},
        {"modem": _MODEM, "kind": "urc", "line": "^RSSI: 20"},
        {"modem": _MODEM, "kind": "unplug-sim"},
        {
            "modem": _MODEM,
            "kind": "plug-sim",
            "iccid": "8931440000000000001",
            "number": _MODEM,
            "pin": "0000",
        },
        {"modem": _MODEM, "kind": "unplug"},
        {"modem": _MODEM, "kind": "plug", "rename": True},
    ],
    "fault": [
        {"modem": _MODEM, "fault": "answer-lost", "how": "silence"},
        {"modem": _MODEM, "fault": "answer-lost", "how": "hang-up", "seconds": 2},
        {"modem": _MODEM, "fault": "command-error", "command": "+CMSS", "chance": 0.5},
        {"modem": _MODEM, "fault": "command-error", "answer": "+CMS ERROR: 500", "times": 2},
        {"modem": _MODEM, "fault": "restart", "how": "after-taken"},
        {"modem": _MODEM, "fault": "port-gone", "seconds": 2, "rename": True},
        {"modem": _MODEM, "fault": "no-writing", "code": 303},
        {"modem": _MODEM, "fault": "slow", "ms": 200},
        {"modem": _MODEM, "fault": "roaming"},
        {"modem": _MODEM, "fault": "roaming", "lift": True},
    ],
}

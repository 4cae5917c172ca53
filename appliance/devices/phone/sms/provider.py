"""The phone's own list of SMS, `content://sms`, as its shell reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.devices.phone.adb.calls import DeadlineAdbDevice
from appliance.devices.phone.content_rows import Row, content_query, read_rows, read_value
from appliance.errors import Transient

URI = "content://sms"
_COLUMNS = ("_id", "type", "status", "read", "date")
# Telephony.TextBasedSmsColumns.SUBSCRIPTION_ID of AOSP; -1 where the phone did not note it.
_SUBSCRIPTION = "sub_id"
# Without the address: a sender may be a chosen word, with a line break in it.

# Telephony.TextBasedSmsColumns.STATUS_COMPLETE of AOSP: the delivery report came.
_DELIVERED = "0"

# Each body is a query of its own, which may take a second; one shell call has this many.
_BODIES_A_CALL = 5


class SmsBox(Enum):
    """Telephony.TextBasedSmsColumns.MESSAGE_TYPE_* of AOSP."""

    INBOX = 1
    SENT = 2
    DRAFT = 3
    OUTBOX = 4
    FAILED = 5
    QUEUED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsRow:
    """An SMS without its address and text, which are read by its id.

    `subscription` is the SIM that it came or left by, where that was asked for and is known.
    """

    id: int
    box: SmsBox | None
    delivered: bool
    read: bool
    date_ms: int
    subscription: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsWords:
    """What is free text in a row."""

    address: str
    text: str


def rows_in(output: str, columns: Sequence[str] = _COLUMNS) -> list[SmsRow]:
    return [_row(values) for values in read_rows(output, columns)]


def rows_query(where: str, columns: Sequence[str] = _COLUMNS) -> str:
    """`rows_in` reads its answer: the rows that match, oldest first."""
    return content_query(URI, columns, where=where, sort="_id ASC")


def find(device: DeadlineAdbDevice, where: str, *, by_sim: bool = False) -> list[SmsRow]:
    """The rows that match, oldest first; with their SIMs where that matters.

    Raises NoSuchColumn where the phone knows no SIM of an SMS.
    """
    columns = (*_COLUMNS, _SUBSCRIPTION) if by_sim else _COLUMNS
    (answer,) = device.run(rows_query(where, columns))
    return rows_in(answer.text, columns)


def find_with_words(
    device: DeadlineAdbDevice, where: str, *, by_sim: bool = False
) -> tuple[list[SmsRow], SmsWords | None]:
    """As `find`, with the words of a row that is the only one, in the same shell call.

    A row that comes between the three questions only spoils the words.
    """
    columns = (*_COLUMNS, _SUBSCRIPTION) if by_sim else _COLUMNS
    asked = [f"{where} AND {column} IS NOT NULL" for column in ("address", "body")]
    listed, address, body = device.run(
        rows_query(where, columns),
        content_query(URI, ("address",), where=asked[0]),
        content_query(URI, ("body",), where=asked[1]),
    )
    rows = rows_in(listed.text, columns)
    if len(rows) != 1:
        return rows, None
    words = SmsWords(
        address=read_value(address.text, "address") or "",
        text=read_value(body.text, "body") or "",
    )
    return rows, words


def bodies(device: DeadlineAdbDevice, ids: Iterable[int]) -> dict[int, str]:
    """The texts by id; rows that are gone meanwhile are left out."""
    return _texts(device, ids, "body")


def addresses(device: DeadlineAdbDevice, ids: Iterable[int]) -> dict[int, str]:
    """The sender or recipient of each, by id."""
    return _texts(device, ids, "address")


def _texts(device: DeadlineAdbDevice, ids: Iterable[int], column: str) -> dict[int, str]:
    wanted, texts = list(ids), dict[int, str]()
    for at in range(0, len(wanted), _BODIES_A_CALL):
        some = wanted[at : at + _BODIES_A_CALL]
        answers = device.run(*(_text_query(row, column) for row in some))
        for row, answer in zip(some, answers, strict=True):
            text = read_value(answer.text, column)
            if text is not None:
                texts[row] = text
    return texts


def _text_query(row: int, column: str) -> str:
    """NULL and the word NULL look alike in the answer, so the question excludes NULL."""
    return content_query(URI, (column,), where=f"_id={row} AND {column} IS NOT NULL")


def _row(values: Row) -> SmsRow:
    kind = _number(values["type"])
    return SmsRow(
        id=_number(values["_id"]),
        box=SmsBox(kind) if kind in {box.value for box in SmsBox} else None,
        delivered=values["status"] == _DELIVERED,
        read=values["read"] == "1",
        date_ms=_number(values["date"]),
        subscription=_subscription(values.get(_SUBSCRIPTION)),
    )


def _subscription(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdecimal() else None


def _number(value: str | None) -> int:
    try:
        return int(value or 0)
    except ValueError as exc:
        raise Transient("The phone's list of SMS could not be read.") from exc

"""Turns what a modem has stored or pushed into what the floors above know."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from appliance.channels import Channel
from appliance.devices.modem.copies import Brought, what_it_says
from appliance.devices.modem.pdu.header import Concat
from appliance.devices.modem.pdu.incoming import Deliver, parse_deliver
from appliance.devices.modem.pdu.octets import BadPdu, PduKind, kind_of
from appliance.devices.modem.pdu.report import StatusReport, parse_report
from appliance.devices.modem_protocol import DeliveryReport, IncomingPart
from appliance.devices.protocol import Incoming
from appliance.errors import InvalidInput
from appliance.messages import Origin
from appliance.phone_numbers import in_quotes, is_e164, parse_number

log = logging.getLogger(__name__)

#: The sender of a message that cannot be read.
NOBODY = "SMS"


@dataclass(slots=True, kw_only=True)
class Arrivals:
    messages: list[Incoming] = field(default_factory=list)
    parts: list[IncomingPart] = field(default_factory=list)
    reports: list[DeliveryReport] = field(default_factory=list)

    def in_order(self) -> Iterator[Sequence[Incoming | IncomingPart]]:
        """Messages and parts by time, in runs of one type, because they are shown in this order."""
        written: list[Incoming | IncomingPart] = [*self.messages, *self.parts]
        written.sort(key=lambda each: each.at_ms)
        for _, run in groupby(written, key=type):
            yield list(run)


def sort(brought: Sequence[Brought], *, now_ms: int) -> Arrivals:
    """A PDU that cannot be read is handed over as it is, for a person: nothing is thrown away."""
    arrivals = Arrivals()
    for each in brought:
        try:
            _add(arrivals, each, now_ms)
        except BadPdu as exc:
            log.warning("an SMS cannot be read: %s", exc)
            arrivals.messages.append(unreadable(each, now_ms))
    return arrivals


def _add(arrivals: Arrivals, brought: Brought, now_ms: int) -> None:
    """Two copies of a part are one part: each long message has a reference of its own."""
    pdu = brought.pdu
    if kind_of(pdu) is PduKind.REPORT:
        arrivals.reports.append(_delivery(parse_report(pdu), now_ms))
        return
    deliver = parse_deliver(pdu)
    if deliver.origin is None:
        log.info("a silent SMS was dropped, as its type asks")
    elif deliver.concat is None:
        arrivals.messages.append(_message(deliver, deliver.origin, brought, now_ms))
    else:
        arrivals.parts.append(_part(deliver, deliver.concat, deliver.origin, pdu, now_ms))


def _message(deliver: Deliver, origin: Origin, brought: Brought, now_ms: int) -> Incoming:
    sender = _sender(deliver)
    return Incoming(
        channel=Channel.SMS,
        key=_key(deliver.stamp, brought.pdu) + _copy(brought),
        sender=sender if origin is Origin.PERSON else in_quotes(sender),
        text=deliver.text,
        at_ms=now_ms if deliver.sent_ms is None else deliver.sent_ms,
        origin=origin,
    )


def _part(
    deliver: Deliver, concat: Concat, origin: Origin, pdu: bytes, now_ms: int
) -> IncomingPart:
    """The origin is decided once the message is whole: one part alone may mark it as a notice."""
    return IncomingPart(
        key=_key(deliver.stamp, pdu),
        sender=_sender(deliver),
        reference=concat.reference,
        wide=concat.wide,
        part=concat.part,
        total=concat.total,
        text=deliver.text,
        at_ms=now_ms if deliver.sent_ms is None else deliver.sent_ms,
        origin=origin,
    )


def _delivery(report: StatusReport, now_ms: int) -> DeliveryReport:
    return DeliveryReport(
        number=in_e164(report.number),
        reference=report.reference,
        at_ms=report.discharge_ms or report.scts_ms or now_ms,
        arrived=report.arrived,
        status=report.status,
    )


def unreadable(brought: Brought, now_ms: int) -> Incoming:
    pdu = brought.pdu
    return Incoming(
        channel=Channel.SMS,
        key=f"unreadable:{hashlib.sha256(pdu).hexdigest()[:32]}{_copy(brought)}",
        sender=NOBODY,
        text=f"Onleesbare SMS / unreadable SMS: {pdu.hex().upper()}",
        at_ms=now_ms,
        origin=Origin.TECHNICAL,
    )


def _key(stamp: bytes, pdu: bytes) -> str:
    """The same for the same message told twice."""
    return f"{stamp.hex()}:{hashlib.sha256(what_it_says(pdu)).hexdigest()[:32]}"


def _copy(brought: Brought) -> str:
    return "" if brought.copy == 1 else f":{brought.copy}"


def _sender(deliver: Deliver) -> str:
    """A name that is spelt like a number gets quotes: the owner of that number did not write."""
    sender = in_quotes(deliver.sender) if deliver.alphanumeric else in_e164(deliver.sender)
    return sender or NOBODY


def in_e164(address: str) -> str:
    """E.164 where the address is a number; a short code stays as it is."""
    if is_e164(address):
        return address
    try:
        return parse_number(address)
    except InvalidInput:
        return address

"""Messages: list, read, delete, write, send (27.005 §3.4, §3.5, §4)."""

from appliance.emulated.modem import text_mode
from appliance.emulated.modem.address import read_service_centre
from appliance.emulated.modem.command_line import AtCommand, CommandForm
from appliance.emulated.modem.commands.handler import Handler, whole_number
from appliance.emulated.modem.commands.settings import wrong
from appliance.emulated.modem.faults import ModemFaultKind
from appliance.emulated.modem.memory import Stat, StoredPdu
from appliance.emulated.modem.octets import OctetReader, RefusedPdu
from appliance.emulated.modem.outbound import read_pdu
from appliance.emulated.modem.readdress import readdressed
from appliance.emulated.modem.results import (
    CMS_BAD_INDEX,
    CMS_BAD_PDU,
    CMS_FULL,
    CMS_NOT_ALLOWED,
    CMS_NOT_SUPPORTED,
    CmsError,
)
from appliance.emulated.modem.works import Works

_ALL = 4
#: The service centre's address and a TPDU of 164 octets, at most.
_LENGTHS = range(1, 165)
_INDEXES = range(1, 256)


def _cmgl(works: Works, command: AtCommand) -> None:
    """An unread message that is listed counts as read from then on."""
    works.equipment.check_messages()
    text = works.settings.cmgf == 1
    if command.form is CommandForm.TEST:
        words = ",".join(f'"{stat.words}"' for stat in Stat)
        works.dialogue.inform(f'+CMGL: ({words},"ALL")' if text else "+CMGL: (0-4)")
        return
    wanted = _wanted(works, command)
    lines: list[str] = []
    for index, slot in works.equipment.memory(1).items():
        if wanted is not None and slot.stat is not wanted:
            continue
        if text:
            lines += text_mode.listed(index, slot, works.settings)
        else:
            lines += [
                f"+CMGL: {index},{slot.stat.value},,{len(slot.tpdu)}",
                slot.pdu.hex().upper(),
            ]
        _mark_read(slot)
    if lines:
        works.dialogue.inform(*lines)


def _wanted(works: Works, command: AtCommand) -> Stat | None:
    """None is all."""
    if works.settings.cmgf == 1:
        words = command.argument(0, Stat.REC_UNREAD.words).upper()
        found = {stat.words: stat for stat in Stat}
        if words != "ALL" and words not in found:
            raise wrong(works)
        return found.get(words)
    number = whole_number(command, 0, range(_ALL + 1), default=0, error=wrong(works))
    return None if number == _ALL else Stat(number)


def _mark_read(slot: StoredPdu) -> None:
    if slot.stat is Stat.REC_UNREAD:
        slot.stat = Stat.REC_READ


def _cmgr(works: Works, command: AtCommand) -> None:
    works.equipment.check_messages()
    if command.form is CommandForm.TEST:
        return
    slot = works.equipment.memory(1).slot(_index(command))
    if works.settings.cmgf == 1:
        works.dialogue.inform(*text_mode.shown(slot, works.settings))
    else:
        head = f"+CMGR: {slot.stat.value},,{len(slot.tpdu)}"
        works.dialogue.inform(head, slot.pdu.hex().upper())
    _mark_read(slot)


def _index(command: AtCommand, place: int = 0) -> int:
    return whole_number(command, place, _INDEXES, error=CmsError(CMS_BAD_INDEX))


def _cmgd(works: Works, command: AtCommand) -> None:
    """A flag deletes kinds of messages: 1 read, 2 also sent, 3 also unsent, 4 all."""
    works.equipment.check_messages()
    memory = works.equipment.memory(1)
    if command.form is CommandForm.TEST:
        indexes = ",".join(str(index) for index, _ in memory.items())
        works.dialogue.inform(f"+CMGD: ({indexes}),(0-4)")
        return
    flag = whole_number(command, 1, range(5), default=0, error=wrong(works))
    if not flag:
        memory.delete(_index(command))
    order = (Stat.REC_READ, Stat.STO_SENT, Stat.STO_UNSENT, Stat.REC_UNREAD)
    for index, slot in list(memory.items()):
        if slot.stat in order[:flag]:
            memory.delete(index)
    works.inbound.push()


async def _cmgw(works: Works, command: AtCommand) -> None:
    """Stores a message, as unsent unless the command says otherwise."""
    works.equipment.check_messages()
    if command.form is CommandForm.TEST:
        return
    if refused := works.equipment.faults.take(ModemFaultKind.NO_WRITING):
        raise CmsError(refused.code or CMS_NOT_SUPPORTED)
    if works.settings.cmgf == 1:
        number = _text_number(works, command)
        stat = _text_stat(works, command)
        pdu = await _typed_text(works, number)
    else:
        length = whole_number(command, 0, _LENGTHS, error=wrong(works))
        stat = Stat(whole_number(command, 1, range(4), default=2, error=wrong(works)))
        pdu = await _typed_pdu(works, length, received=stat < Stat.STO_UNSENT)
    if pdu is None:
        return
    memory = works.equipment.memory(2)
    if works.equipment.is_stuffed(memory):
        raise CmsError(CMS_FULL)
    works.dialogue.inform(f"+CMGW: {memory.store(StoredPdu(stat, pdu))}")


async def _cmgs(works: Works, command: AtCommand) -> None:
    works.equipment.check_messages()
    if command.form is CommandForm.TEST:
        return
    if works.settings.cmgf == 1:
        pdu = await _typed_text(works, _text_number(works, command))
    else:
        length = whole_number(command, 0, _LENGTHS, error=wrong(works))
        pdu = await _typed_pdu(works, length, received=False)
    if pdu is not None:
        works.dialogue.inform(f"+CMGS: {await works.outbound.send(pdu)}")


async def _cmss(works: Works, command: AtCommand) -> None:
    """Sends from storage, to the stored number or another; a sent message may be sent again."""
    works.equipment.check_messages()
    if command.form is CommandForm.TEST:
        return
    slot = works.equipment.memory(2).slot(_index(command))
    if slot.is_received:
        raise CmsError(CMS_NOT_ALLOWED)
    other = command.argument(1)
    pdu = readdressed(slot.pdu, other) if other else slot.pdu
    works.dialogue.inform(f"+CMSS: {await works.outbound.send(pdu, slot=slot)}")


async def _typed_pdu(works: Works, length: int, *, received: bool) -> bytes | None:
    """The PDU that is typed at the prompt; None after ESC. The length counts only the TPDU."""
    typed = await works.dialogue.body()
    if typed is None:
        return None
    try:
        pdu = _strict_hex(typed)
        octets = OctetReader(pdu)
        read_service_centre(octets)
    except (RefusedPdu, ValueError) as exc:
        raise CmsError(CMS_BAD_PDU) from exc
    if len(octets.rest()) != length:
        raise CmsError(CMS_BAD_PDU)
    if not received:
        read_pdu(pdu)
    return pdu


def _strict_hex(typed: bytes) -> bytes:
    """Only hexadecimal digits, two an octet."""
    text = typed.decode("ascii")
    if any(char not in "0123456789ABCDEFabcdef" for char in text):
        raise ValueError("no hexadecimal digit")
    return bytes.fromhex(text)


def _text_number(works: Works, command: AtCommand) -> str:
    return text_mode.number_in(command.argument(0), works.settings)


def _text_stat(works: Works, command: AtCommand) -> Stat:
    words = command.argument(2, Stat.STO_UNSENT.words).upper()
    found = {stat.words: stat for stat in Stat}
    if words not in found:
        raise wrong(works)
    return found[words]


async def _typed_text(works: Works, number: str) -> bytes | None:
    typed = await works.dialogue.body()
    if typed is None:
        return None
    pdu = text_mode.submit(number, typed, works.settings)
    read_pdu(pdu)
    return pdu


HANDLERS: dict[str, Handler] = {
    "+CMGL": _cmgl,
    "+CMGR": _cmgr,
    "+CMGD": _cmgd,
    "+CMGW": _cmgw,
    "+CMGS": _cmgs,
    "+CMSS": _cmss,
}

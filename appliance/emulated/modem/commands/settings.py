"""The settings of messages: format, storages, routing, service centre (27.005 §3.2, §3.3)."""

from appliance.emulated.modem.command_line import AtCommand, CommandForm
from appliance.emulated.modem.commands.handler import Handler, whole_number
from appliance.emulated.modem.results import (
    CMS_BAD_PDU,
    CMS_BAD_TEXT,
    CMS_NOT_ALLOWED,
    CMS_NOT_SUPPORTED,
    CmsError,
)
from appliance.emulated.modem.works import Works

_CNMI = ((0, 1, 2), (0, 1, 2, 3), (0,), (0, 1, 2), (0, 1))
_CSMP = (range(256), range(256), range(256), range(256))
#: No acknowledgement is expected.
_CMS_NO_CNMA = 340


def wrong(works: Works) -> CmsError:
    """The error for a wrong parameter, which depends on the mode of messages."""
    return CmsError(CMS_BAD_TEXT if works.settings.cmgf else CMS_BAD_PDU)


def _cmgf(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CMGF: {works.settings.cmgf}")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CMGF: (0,1)")
    else:
        error = CmsError(CMS_NOT_SUPPORTED)
        works.settings.cmgf = whole_number(command, 0, (0, 1), default=0, error=error)


def _csms(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CSMS: {works.settings.csms},1,1,1")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CSMS: (0,1)")
    else:
        works.settings.csms = whole_number(command, 0, (0, 1), error=CmsError(CMS_NOT_SUPPORTED))
        works.dialogue.inform("+CSMS: 1,1,1")


def _cpms(works: Works, command: AtCommand) -> None:
    """Storages for reading, writing and receiving; a storage that is left out stays."""
    works.equipment.check_messages()
    if command.form is CommandForm.TEST:
        works.dialogue.inform('+CPMS: ("SM","ME","SR"),("SM","ME"),("SM","ME")')
        return
    names = works.settings.memories
    if command.form is CommandForm.READ:
        shown = ",".join(f'"{name}",{_fill(works, name)}' for name in names)
        works.dialogue.inform(f"+CPMS: {shown}")
        return
    wanted = tuple(command.argument(place, names[place]) for place in range(3))
    if wanted[0] not in works.equipment.memories or not {*wanted[1:]} <= {"SM", "ME"}:
        raise CmsError(CMS_NOT_ALLOWED)
    works.settings.memories = (wanted[0], wanted[1], wanted[2])
    works.dialogue.inform("+CPMS: " + ",".join(_fill(works, name) for name in wanted))
    works.inbound.push()


def _fill(works: Works, name: str) -> str:
    memory = works.equipment.memories[name]
    used = memory.size if works.equipment.is_stuffed(memory) else memory.used
    return f"{used},{memory.size}"


def _cnmi(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform("+CNMI: " + ",".join(map(str, works.settings.cnmi)))
    elif command.form is CommandForm.TEST:
        groups = ",".join(f"({','.join(map(str, allowed))})" for allowed in _CNMI)
        works.dialogue.inform(f"+CNMI: {groups}")
    else:
        if len(command.arguments) > len(_CNMI):
            raise wrong(works)
        works.settings.cnmi = tuple(
            whole_number(
                command, place, _CNMI[place], default=works.settings.cnmi[place], error=wrong(works)
            )
            for place in range(len(_CNMI))
        )
        works.inbound.push()


def _cnma(works: Works, command: AtCommand) -> None:
    """0 and 1 acknowledge, 2 says that it was not taken."""
    if command.form is CommandForm.TEST:
        works.dialogue.inform("+CNMA: (0-2)")
        return
    if works.inbound.unacknowledged is None:
        raise CmsError(_CMS_NO_CNMA)
    said = whole_number(command, 0, range(3), default=0, error=wrong(works))
    works.inbound.acknowledge(taken=said != 2)


def _csca(works: Works, command: AtCommand) -> None:
    works.equipment.check_messages()
    if command.form is CommandForm.READ:
        number = works.settings.csca or works.equipment.spec.smsc
        kind = 145 if number.startswith("+") else 129
        works.dialogue.inform(f'+CSCA: "{number}",{kind}')
    elif command.form is CommandForm.SET:
        if not command.argument(0).removeprefix("+").isdecimal():
            raise wrong(works)
        works.settings.csca = command.argument(0)


def _csmp(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform("+CSMP: " + ",".join(map(str, works.settings.csmp)))
    elif command.form is CommandForm.SET:
        works.settings.csmp = tuple(
            whole_number(
                command, place, _CSMP[place], default=works.settings.csmp[place], error=wrong(works)
            )
            for place in range(len(_CSMP))
        )


def _csdh(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CSDH: {works.settings.csdh}")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CSDH: (0,1)")
    else:
        works.settings.csdh = whole_number(command, 0, (0, 1), default=0, error=wrong(works))


def _cmms(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CMMS: {works.settings.cmms}")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CMMS: (0-2)")
    else:
        works.settings.cmms = whole_number(command, 0, range(3), default=0, error=wrong(works))


def _profile(works: Works, command: AtCommand) -> None:
    """+CSAS and +CRES: there is one profile, and nothing is kept in it."""
    works.equipment.check_messages()
    if command.form is CommandForm.TEST:
        works.dialogue.inform(f"{command.name}: (0)")


HANDLERS: dict[str, Handler] = {
    "+CMGF": _cmgf,
    "+CSMS": _csms,
    "+CPMS": _cpms,
    "+CNMI": _cnmi,
    "+CNMA": _cnma,
    "+CSCA": _csca,
    "+CSMP": _csmp,
    "+CSDH": _csdh,
    "+CMMS": _cmms,
    "+CSAS": _profile,
    "+CRES": _profile,
}

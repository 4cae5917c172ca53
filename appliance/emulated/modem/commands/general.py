"""V.250 and what a modem says of itself (27.007 §5, §9)."""

from datetime import UTC, datetime

from appliance.emulated.modem.command_line import AtCommand, CommandForm
from appliance.emulated.modem.commands.handler import Handler, whole_number
from appliance.emulated.modem.results import CmeError, FinalError, Restart
from appliance.emulated.modem.works import Works

_CHARSETS = ("GSM", "IRA", "UCS2")


def _switch(name: str) -> Handler:
    """ATE, ATQ, ATV: 0 or 1; no number means 0."""

    def handler(works: Works, command: AtCommand) -> None:
        value = whole_number(command, 0, (0, 1), default=0, error=FinalError())
        setattr(works.settings, name, bool(value))

    return handler


def _fact(read: str) -> Handler:
    """A command that answers with one line of the spec or the equipment."""

    def handler(works: Works, command: AtCommand) -> None:
        if command.form is CommandForm.TEST:
            return
        if command.form is not CommandForm.EXECUTE:
            raise CmeError(50)
        spec, equipment = works.equipment.spec, works.equipment
        facts = {
            "make": spec.make,
            "model": spec.model,
            "firmware": spec.firmware,
            "imei": equipment.imei,
            "gcap": "+GCAP: +CGSM",
            "battery": "+CBC: 0,100",
            "activity": f"+CPAS: {3 if works.calls.caller is not None else 0}",
        }
        works.dialogue.inform(facts[read])

    return handler


def _identify(works: Works, command: AtCommand) -> None:
    del command
    spec = works.equipment.spec
    works.dialogue.inform(spec.make, spec.model, f"Revision: {spec.firmware}")


def _nothing(works: Works, command: AtCommand) -> None:
    """Accepts &C, &D and the like, and does nothing."""
    del works, command


def _register(works: Works, command: AtCommand) -> None:
    """Only S0 has an effect here."""
    number, _, value = command.argument(0).partition("=")
    if number == "0" and value.isdigit():
        works.settings.s0 = int(value)
    elif number == "0?":
        works.dialogue.inform(f"{works.settings.s0:03}")


def _factory(works: Works, command: AtCommand) -> None:
    del command
    works.settings.reset(keep_radio=True)


def _hang_up(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.EXECUTE:
        works.calls.end()


def _refuse(works: Works, command: AtCommand) -> None:
    """No call is ever taken or made."""
    del works, command
    raise FinalError


def _cmee(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CMEE: {works.settings.cmee}")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CMEE: (0-2)")
    else:
        works.settings.cmee = whole_number(command, 0, range(3), default=0, error=FinalError())


def _cscs(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform(f'+CSCS: "{works.settings.cscs}"')
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CSCS: ({})".format(",".join(f'"{c}"' for c in _CHARSETS)))
    elif command.argument(0).upper() in _CHARSETS:
        works.settings.cscs = command.argument(0).upper()
    else:
        raise CmeError(50)


def _cfun(works: Works, command: AtCommand) -> None:
    """1 full, 0 and 4 no radio; a second 1 starts the modem again."""
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CFUN: {works.settings.cfun}")
        return
    if command.form is CommandForm.TEST:
        works.dialogue.inform("+CFUN: (0,1,4),(0,1)")
        return
    works.settings.cfun = whole_number(command, 0, (0, 1, 4), default=1)
    if whole_number(command, 1, (0, 1), default=0):
        works.dialogue.finish("OK")
        raise Restart(0)
    works.inbound.push()


def _cclk(works: Works, command: AtCommand) -> None:
    """The network's time, in UTC."""
    if command.form is CommandForm.READ:
        now = datetime.fromtimestamp(works.equipment.timers.now_ms() / 1000, UTC)
        works.dialogue.inform(f'+CCLK: "{now:%y/%m/%d,%H:%M:%S}+00"')


def _clip(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CLIP: {works.settings.clip},1")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CLIP: (0,1)")
    else:
        works.settings.clip = whole_number(command, 0, (0, 1), default=0)


def _clcc(works: Works, command: AtCommand) -> None:
    line = works.calls.listed()
    if command.form is CommandForm.EXECUTE and line is not None:
        works.dialogue.inform(line)


_BASIC: dict[str, Handler] = {
    "E": _switch("echo"),
    "Q": _switch("quiet"),
    "V": _switch("verbose"),
    "Z": _factory,
    "&F": _factory,
    "I": _identify,
    "H": _hang_up,
    "A": _refuse,
    "D": _refuse,
    "S": _register,
    **dict.fromkeys(("L", "M", "X", "O", "&C", "&D", "&K", "&S", "&W", "&V"), _nothing),
}
HANDLERS: dict[str, Handler] = {
    **_BASIC,
    "+CGMI": _fact("make"),
    "+GMI": _fact("make"),
    "+CGMM": _fact("model"),
    "+GMM": _fact("model"),
    "+CGMR": _fact("firmware"),
    "+GMR": _fact("firmware"),
    "+CGSN": _fact("imei"),
    "+GSN": _fact("imei"),
    "+GCAP": _fact("gcap"),
    "+CBC": _fact("battery"),
    "+CPAS": _fact("activity"),
    "+CHUP": _hang_up,
    "+CMEE": _cmee,
    "+CSCS": _cscs,
    "+CFUN": _cfun,
    "+CCLK": _cclk,
    "+CLIP": _clip,
    "+CLCC": _clcc,
    "+IPR": _nothing,
    "+IFC": _nothing,
}

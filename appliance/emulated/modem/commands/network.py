"""SIM, registration, signal, USSD (27.007 §7, §8)."""

from appliance.emulated.modem.command_line import AtCommand, CommandForm
from appliance.emulated.modem.commands.handler import Handler, whole_number
from appliance.emulated.modem.equipment import RegistrationState
from appliance.emulated.modem.results import CmeError
from appliance.emulated.modem.works import Works

#: <AcT> E-UTRAN.
_LTE = 7
_USSD_DONE, _USSD_UNKNOWN = 0, 4


def _cpin(works: Works, command: AtCommand) -> None:
    sim = works.equipment.present_sim
    if command.form is CommandForm.TEST:
        return
    if sim is None:
        raise CmeError(10)
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CPIN: {sim.lock.value}")
        return
    if len(command.arguments) == 2:
        sim.unblock(command.argument(0), command.argument(1))
    else:
        sim.enter_pin(command.argument(0))
    works.inbound.push()


def _cpinr(works: Works, command: AtCommand) -> None:
    """The tries that are left, and their maximum."""
    sim = works.equipment.present_sim
    if command.form is CommandForm.TEST:
        return
    if sim is None:
        raise CmeError(10)
    wanted = command.argument(0)
    for name, left, all_of_them in (
        ("SIM PIN", sim.pin_tries, 3),
        ("SIM PUK", sim.puk_tries, 10),
    ):
        if wanted in {"", name}:
            works.dialogue.inform(f"+CPINR: {name},{left},{all_of_them}")


def _cimi(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.EXECUTE:
        works.dialogue.inform(works.equipment.card().imsi)


def _iccid(works: Works, command: AtCommand) -> None:
    """Works before the PIN, as the card allows; some modems refuse it (`shy`)."""
    sim = works.equipment.present_sim
    if sim is None:
        raise CmeError(10)
    if works.equipment.spec.shy:
        works.equipment.card()
    if command.form is not CommandForm.TEST:
        works.dialogue.inform(f"{command.name}: {sim.iccid}")


def _cnum(works: Works, command: AtCommand) -> None:
    """Operators often leave the number empty; then there is no line."""
    sim = works.equipment.card()
    if command.form is CommandForm.EXECUTE and sim.number:
        works.dialogue.inform(f'+CNUM: "","{sim.number}",145')


def _csq(works: Works, command: AtCommand) -> None:
    if command.form is CommandForm.TEST:
        works.dialogue.inform("+CSQ: (0-31,99),(0-7,99)")
        return
    equipment = works.equipment
    heard = equipment.registration is not RegistrationState.OFF
    heard = heard and equipment.registration is not RegistrationState.SEARCHING
    works.dialogue.inform(f"+CSQ: {equipment.rssi},{equipment.ber}" if heard else "+CSQ: 99,99")


def _registration(name: str) -> Handler:
    def handler(works: Works, command: AtCommand) -> None:
        key = name.lower()
        if command.form is CommandForm.READ:
            mode = getattr(works.settings, key)
            stat = works.equipment.registration.value
            cell = ',"0A1B","01C2D3E4",7' if mode == 2 and works.equipment.served else ""
            works.dialogue.inform(f"+{name}: {mode},{stat}{cell}")
        elif command.form is CommandForm.TEST:
            works.dialogue.inform(f"+{name}: (0-2)")
        else:
            setattr(works.settings, key, whole_number(command, 0, range(3), default=0))

    return handler


def _cgatt(works: Works, command: AtCommand) -> None:
    """Packet service comes with the registration."""
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CGATT: {int(works.equipment.served)}")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform("+CGATT: (0,1)")


def _cops(works: Works, command: AtCommand) -> None:
    name, code = works.equipment.serving_operator
    if command.form is CommandForm.READ:
        shown = code if works.settings.cops == 2 else name
        suffix = f',{works.settings.cops},"{shown}",{_LTE}' if works.equipment.served else ""
        works.dialogue.inform(f"+COPS: 0{suffix}")
    elif command.form is CommandForm.TEST:
        works.dialogue.inform(f'+COPS: (2,"{name}","{name}","{code}",{_LTE}),,(0-4),(0-2)')
    elif command.form is CommandForm.SET:
        mode = whole_number(command, 0, range(5))
        if mode == 3:
            works.settings.cops = whole_number(command, 1, range(3))


def _cusd(works: Works, command: AtCommand) -> None:
    """The operator's answer comes after OK for every <n>, because it was asked for."""
    if command.form is CommandForm.READ:
        works.dialogue.inform(f"+CUSD: {works.settings.cusd}")
        return
    if command.form is CommandForm.TEST:
        works.dialogue.inform("+CUSD: (0-2)")
        return
    works.settings.cusd = whole_number(command, 0, range(3), default=0)
    code = command.argument(1)
    if not code or works.settings.cusd == 2:
        return
    if not works.equipment.served:
        works.equipment.card()
        raise CmeError(30)
    try:
        if works.settings.cscs == "UCS2":
            code = bytes.fromhex(code).decode("utf-16-be")
    except ValueError as exc:
        raise CmeError(50) from exc
    works.dialogue.unsolicited(ussd_line(works, works.credit.answer(code)))


def ussd_line(works: Works, text: str | None) -> str:
    """+CUSD in the chosen character set; `text` None stands for an unknown code."""
    if text is None:
        return f"+CUSD: {_USSD_UNKNOWN}"
    if works.settings.cscs == "UCS2":
        return f'+CUSD: {_USSD_DONE},"{text.encode("utf-16-be").hex().upper()}",72'
    shown = text.encode("ascii", "replace").decode("ascii")
    return f'+CUSD: {_USSD_DONE},"{shown}",15'


HANDLERS: dict[str, Handler] = {
    "+CPIN": _cpin,
    "+CPINR": _cpinr,
    "+CIMI": _cimi,
    "+CNUM": _cnum,
    **dict.fromkeys(("+CCID", "+ICCID", "+QCCID", "^ICCID"), _iccid),
    "+CSQ": _csq,
    "+CREG": _registration("CREG"),
    "+CGREG": _registration("CGREG"),
    "+CEREG": _registration("CEREG"),
    "+CGATT": _cgatt,
    "+COPS": _cops,
    "+CUSD": _cusd,
}

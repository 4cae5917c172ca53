"""`balie run`, `balie demo` and `balie emulate`: what goes on until it is stopped."""

from pathlib import Path
from typing import Annotated

import typer

from appliance.cli.output import ConfigOption, DataOption, JsonOption, says_what_is_wrong
from appliance.errors import SetupError
from appliance.runtime.collecting import collecting_later

_TRAFFIC = typer.Option("--traffic/--no-traffic", help="Whether people write by themselves.")
_AWKWARD = typer.Option(
    "--awkward/--no-awkward", help="Whether some write texts that are hard to handle."
)
_PEM = typer.Option(metavar="FILE", help="For https: the certificate with its chain, as PEM.")
_KEY = typer.Option(metavar="FILE", help="For https: the certificate's key, as PEM.")
_HELD = "Held: it answers, touches no phone or modem, and takes nothing in."
_PORT = typer.Option(min=0, max=65535, help="The web server's port.")


@says_what_is_wrong
def run(
    config: ConfigOption = None,
    data: DataOption = None,
    host: Annotated[str | None, typer.Option(help="0.0.0.0 lets the branch in.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Default 8080.")] = None,
    cert: Annotated[Path | None, _PEM] = None,
    key: Annotated[Path | None, _KEY] = None,
    trial: Annotated[bool, typer.Option("--trial", help=_HELD)] = False,
) -> None:
    """Runs Balie until it is stopped."""
    with collecting_later():
        from appliance.runtime.process import run_balie

        run_balie(config=config, data=data, host=host, port=port, cert=cert, key=key, trial=trial)


@says_what_is_wrong
def demo(
    port: Annotated[int, _PORT] = 8080,
    speed: Annotated[
        float, typer.Option(min=0.1, max=1000, help="How many times as fast the clock runs.")
    ] = 1.0,
    traffic: Annotated[bool, _TRAFFIC] = True,
    awkward: Annotated[bool, _AWKWARD] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
    boxes: Annotated[
        int, typer.Option(min=0, max=16, help="So many boxes, and a head office over them.")
    ] = 0,
    nats: Annotated[
        bool, typer.Option("--nats", help="With --boxes: over a broker of three NATS servers.")
    ] = False,
) -> None:
    """Runs Balie with emulated phones, three weeks of life, and people who write to them."""
    with collecting_later():
        from appliance.demo.boxes import BoxesOptions, run_boxes
        from appliance.demo.show import DemoOptions, demo_folder, run_demo

    if boxes:
        if speed != 1.0:
            raise SetupError("A head office and its boxes go by the true time: leave --speed out.")
        with demo_folder(data) as folder:
            run_boxes(
                BoxesOptions(
                    boxes=boxes,
                    port=port,
                    traffic=traffic,
                    awkward=awkward,
                    data=folder,
                    as_json=as_json,
                    nats=nats,
                )
            )
        return
    if nats:
        raise SetupError("A broker stands between boxes and a head office: say --boxes, too.")
    run_demo(
        DemoOptions(
            port=port, speed=speed, traffic=traffic, awkward=awkward, data=data, as_json=as_json
        )
    )


@says_what_is_wrong
def demo_box(
    data: Annotated[Path, typer.Argument()],
    port: Annotated[int, _PORT] = 0,
    prepare: Annotated[int, typer.Option(help="Fill it only; the world's seed.")] = 0,
    traffic: Annotated[bool, _TRAFFIC] = True,
) -> None:
    """Runs one box of `balie demo --boxes`."""
    with collecting_later():
        from appliance.demo.one_box import prepare_box, run_box

    if prepare:
        prepare_box(data, seed_of_world=prepare, traffic=traffic)
    else:
        run_box(data, port, traffic=traffic)


_ORIGIN = typer.Option(help="Where a clock with another speed began.")


@says_what_is_wrong
def emulate(
    *,
    phones: Annotated[int, typer.Option(min=0, max=64, help="How many.")] = 2,
    phone_number: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER", help="Of the first, second, … phone.")
    ] = None,
    modems: Annotated[int, typer.Option(min=0, max=64, help="How many.")] = 0,
    modem_number: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER", help="Of the first, second, … modem.")
    ] = None,
    modem_delay_ms: Annotated[
        float, typer.Option(min=0, help="What the network needs for one message.")
    ] = 0,
    modem_slots: Annotated[int, typer.Option(min=1, max=255, help="Places on a SIM.")] = 50,
    bots: Annotated[int, typer.Option(min=0, max=8, help="How many Telegram bots.")] = 0,
    mailboxes: Annotated[int, typer.Option(min=0, max=8, help="How many mailboxes.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed, the same world.")] = 1,
    traffic: Annotated[bool, _TRAFFIC] = True,
    people: Annotated[int, typer.Option(min=0, max=100, help="Who write to each phone.")] = 12,
    awkward: Annotated[bool, _AWKWARD] = True,
    speed: Annotated[float, typer.Option(min=0.1, max=1000)] = 1.0,
    origin_ms: Annotated[int | None, _ORIGIN] = None,
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A JSON line for each message that left.")
    ] = None,
    until_stdin_closes: Annotated[
        bool, typer.Option("--until-stdin-closes", help="End with the program that started it.")
    ] = False,
) -> None:
    """Runs emulated phones and modems alone; the first line of output is JSON: their addresses."""
    from appliance.emulated.emulate import EmulatorConfig, phone_specs, run_emulator
    from appliance.emulated.modem.spec import modem_specs

    specs = modem_specs(modems, modem_number or [], send_ms=modem_delay_ms, sim_slots=modem_slots)
    run_emulator(
        EmulatorConfig(
            phones=phone_specs(phones, phone_number or []),
            modems=specs,
            bots=bots,
            mailboxes=mailboxes,
            seed=seed,
            traffic=traffic,
            people_per_phone=people,
            awkward=awkward,
            speed=speed,
            origin_ms=origin_ms,
            truth_file=truth,
            until_stdin_closes=until_stdin_closes,
        )
    )

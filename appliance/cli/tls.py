"""`balie tls`: the certificates of this box, and what stands at its front door."""

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from appliance.box.build import date_of, this_build
from appliance.box.names import BoxNames, names_of_this_box
from appliance.box.tls_places import TLS, TLS_GIVEN
from appliance.cli.output import JsonOption, says_what_is_wrong, show
from appliance.clock import SystemClock
from appliance.errors import SetupError

if TYPE_CHECKING:
    from appliance.box.tls_folder import Served, TlsFolder

tls_app = typer.Typer(no_args_is_help=True, help="The certificates of this box.")

_FOLDER = typer.Option("--folder", metavar="DIR", help="Where what the box makes lies.")
_GIVEN = typer.Option("--given", metavar="DIR", help="Where head office's files lie.")
_NEW = typer.Option(
    "--new-authority", help="Every device has to trust the box again: only when its key was seen."
)
_WAIT = typer.Option(
    min=0, max=120, metavar="SECONDS", help="For an address, before the first one is made."
)
_RELOAD = typer.Option(metavar="UNIT", help="Told to read its files again when something changed.")
_LOOKS_A_SECOND = 2

FolderOption = Annotated[Path, _FOLDER]
GivenOption = Annotated[Path, _GIVEN]


@tls_app.command("status")
@says_what_is_wrong
def status(
    folder: FolderOption = TLS, given: GivenOption = TLS_GIVEN, as_json: JsonOption = False
) -> None:
    """Says what browsers meet, until when, and the fingerprint that people compare."""
    served = _seen(_folder(folder, given))
    if served is None:
        raise SetupError(f"There is no certificate in {folder} yet. As root do: balie tls renew.")
    show(as_json, _facts(served), _told(served))


@tls_app.command("renew")
@says_what_is_wrong
def renew(
    folder: FolderOption = TLS,
    given: GivenOption = TLS_GIVEN,
    new_authority: Annotated[bool, _NEW] = False,
    wait: Annotated[int, _WAIT] = 0,
    reload: Annotated[str | None, _RELOAD] = None,
    as_json: JsonOption = False,
) -> None:
    """Makes what is missing, ends soon, or has other names than the box has now."""
    from appliance.box import front_door

    tls = _folder(folder, given)
    if not tls.pair.exists():
        _wait_for_an_address(tls, wait)
    done = front_door.renew(tls, this_build(), SystemClock().now_ms(), anew=new_authority)
    if done.changed and reload:
        # Before nginx starts, systemd makes it wait for this unit: this unit must not wait for it.
        subprocess.run(["systemctl", "--no-block", "try-reload-or-restart", reload], check=False)
    served = _seen(tls)
    facts = {"changed": done.changed, "trouble": done.trouble or None}
    facts |= _facts(served) if served else {}
    said = "The certificate was made anew." if done.changed else "Nothing had to be done."
    show(as_json, facts, f"{said}\n{_told(served)}" if served else said)
    if done.trouble:
        raise SetupError(f"{done.trouble} The box goes on with what it had.")


def _folder(folder: Path, given: Path) -> "TlsFolder":
    """What it loads takes some megabytes, which no other verb needs."""
    from appliance.box.tls_folder import TlsFolder

    return TlsFolder(folder=folder, given=given)


def _seen(tls: "TlsFolder") -> "Served | None":
    try:
        return tls.served(names_of_this_box(tls.names))
    except PermissionError as exc:
        raise SetupError(
            f"Only root may look into {tls.given}. Do: sudo balie tls status."
        ) from exc


def _wait_for_an_address(tls: "TlsFolder", wait_s: int) -> None:
    """An authority speaks only for the addresses that the box had when it was made."""
    for _ in range(wait_s * _LOOKS_A_SECOND):
        if names_of_this_box(tls.names).addresses:
            return
        time.sleep(1 / _LOOKS_A_SECOND)


def _facts(served: "Served") -> dict[str, Any]:
    from appliance.box.certificates import fingerprint

    authority = served.authority
    return {
        "source": served.source.value,
        "names": _written(served.covered),
        "uncovered": _written(served.uncovered),
        "until": served.certificate.not_valid_after_utc.isoformat(),
        "authority": None
        if authority is None
        else {
            "name": authority.subject.rfc4514_string(),
            "sha256": fingerprint(authority),
            "until": authority.not_valid_after_utc.isoformat(),
        },
    }


def _written(names: BoxNames) -> list[str]:
    return [*names.dns, *map(str, names.addresses)]


def _told(served: "Served") -> str:
    from appliance.box.certificates import fingerprint

    certificate, authority = served.certificate, served.authority
    ends = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
    lines = [f"Certificate for {', '.join(_written(served.covered))}, until {ends}."]
    if authority is not None:
        lines += [
            f"Browsers have to trust “{authority.subject.rfc4514_string()}”, SHA-256:",
            fingerprint(authority),
        ]
    if missing := _written(served.uncovered):
        lines.append(
            f"It does not cover {', '.join(missing)}: open the box by another name, or as root do:"
            " balie tls renew --new-authority; then every device has to trust it again."
        )
    if certificate.not_valid_after_utc <= date_of(SystemClock().now_ms(), this_build()):
        lines.append("It has ended. As root do: balie tls renew.")
    return "\n".join(lines)

"""The machine that the verbs of an update work on, and the options that name it."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from appliance.box.keeper import data_side
from appliance.box.keeper.plan import Plan
from appliance.box.updates import checking, installing
from appliance.box.updates.checking import Offer
from appliance.box.updates.installing import UpdateMachine
from appliance.box.updates.standing import UpdateStanding, standing, which_way
from appliance.cli.output import DATABASE, ConfigOption, DataOption
from appliance.config import Settings, load
from appliance.errors import SetupError
from appliance.store.connection import connect_reader
from appliance.store.open_attempts import count_open_attempts

Verb = Callable[..., None]

_ENVIRONMENT = Path("/etc/balie/environment")
_DATA = Path("/var/lib/balie")
_ROOT = 0
_LIMIT_S, _LOOK_S = Plan().limit_s, Plan().look_s
_SystemOption = Annotated[
    Path, typer.Option("--system", hidden=True, help="The root of the machine's files.")
]
_LimitOption = Annotated[
    float,
    typer.Option(min=1, max=3600, help="How many seconds a trial may take; more for much data."),
]
_EveryOption = Annotated[
    float, typer.Option(min=0.05, hidden=True, help="How many seconds lie between two looks.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePlace:
    """`limit_s`: how long a trial may take; `look_s`: how long it is between two looks."""

    settings: Settings
    system: Path
    limit_s: float = _LIMIT_S
    look_s: float = _LOOK_S

    def standing(self) -> UpdateStanding:
        return standing(self.settings.updates.folder, system=str(self.system))

    def look(self, source: Path | None = None) -> Offer:
        """Raises UpdateRefused."""
        return checking.look(self.settings.updates, self.standing(), source)

    def machine(self) -> UpdateMachine:
        updates, data = self.settings.updates, self.settings.data
        way, _ = which_way(updates.folder, system=str(self.system))
        scheme = "https" if self.settings.cert else "http"
        plan = Plan(
            way=way,
            data=str(data),
            ready_url=f"{scheme}://127.0.0.1:{self.settings.port}/readyz",
            units=tuple(installing.active_units()),
            limit_s=installing.limit_s(data, self.limit_s),
            look_s=self.look_s,
            system=str(self.system),
        )
        return UpdateMachine(
            folder=updates.folder,
            key=updates.key,
            plan=plan,
            open_attempts=lambda: _open_attempts(data),
        )


def looking(
    *, config: ConfigOption = None, data: DataOption = None, system: _SystemOption = Path("/")
) -> UpdatePlace:
    """For a verb that changes nothing."""
    return UpdatePlace(settings=_settings(config, data), system=system)


def trying(
    *,
    limit: _LimitOption = _LIMIT_S,
    every: _EveryOption = _LOOK_S,
    config: ConfigOption = None,
    data: DataOption = None,
    system: _SystemOption = Path("/"),
) -> UpdatePlace:
    """For a verb that ends in a trial. Raises SetupError unless root calls it."""
    if os.geteuid() != _ROOT:
        raise SetupError("Only root installs: put sudo before the command.")
    return UpdatePlace(settings=_settings(config, data), system=system, limit_s=limit, look_s=every)


def on_place(build: Callable[..., UpdatePlace]) -> Callable[[Verb], Verb]:
    """A verb that has the options of `build`, too, and is given what that makes of them first."""
    options = inspect.signature(build).parameters

    def with_options(verb: Verb) -> Verb:
        @wraps(verb)
        def called(**given: Any) -> None:
            place = build(**{name: given.pop(name) for name in options})
            verb(place, **given)

        _, *own = inspect.signature(verb).parameters.values()
        signature = inspect.Signature([*own, *options.values()])
        called.__signature__ = signature  # type: ignore[attr-defined]  # PEP 362
        return called

    return with_options


def _settings(config: Path | None, data: Path | None) -> Settings:
    """As Balie's unit has them, also from the shell of root."""
    if data is None and _DATA.is_dir():
        data = _DATA
    if os.access(_ENVIRONMENT, os.R_OK):
        for line in _ENVIRONMENT.read_text("utf-8").splitlines():
            name, equals, value = line.partition("=")
            if equals and name.startswith("BALIE_"):
                os.environ.setdefault(name, value.strip().strip("\"'"))
    return load(config, data=data)


def _open_attempts(data: Path) -> int:
    """As the owner of the data: root reads no database that another user writes."""
    path = data / DATABASE
    if not path.exists():
        return 0

    def counted() -> str:
        conn = connect_reader(path)
        try:
            return str(count_open_attempts(conn))
        finally:
            conn.close()

    return int(data_side.as_owner(data, counted))

"""The verbs of `balie`, and where each is. A verb's module is imported when somebody calls it: all
of them are two seconds of a core, and four fifths of that are of no use to the one verb.
"""

import functools
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from appliance.runtime.collecting import collecting_later

_CLI = "appliance.cli"
_EMULATE = "emulate"


@dataclass(frozen=True, slots=True)
class VerbGroup:
    """`where` is its `typer.Typer`, with the verbs beside it; `more` are verbs of other modules."""

    where: str
    more: dict[str, str] = field(default_factory=dict)


# As `module:name` below `appliance.cli`.
_VERBS = {
    "run": "running:run",
    "demo": "running:demo",
    "demo-box": "running:demo_box",
    _EMULATE: "running:emulate",
    "plan": "plan:plan",
    "report": "pacing:run_report",
    "backup": "care:backup",
    "restore": "care:restore",
    "doctor": "doctor:run_doctor",
    "clock": "clock:clock",
    "record": "recording:record",
    "migrate": "care:migrate",
}
_HIDDEN = frozenset({"demo-box"})
_GROUPS = {
    "branch": VerbGroup("directory:branch_app", {"hours": "automatic:branch_hours"}),
    "line": VerbGroup(
        "directory:line_app",
        {
            "list": "line_settings:list_lines",
            "set": "line_settings:set_line",
            "beside": "beside:put_beside",
            "telegram": "beside:put_telegram",
            "rules": "automatic:line_rules",
            "roster": "automatic:line_roster",
            "mail": "mail:put_mailbox",
            "pacing": "pacing:line_pacing",
        },
    ),
    "device": VerbGroup("devices:device_app"),
    "staff": VerbGroup(
        "people:staff_app",
        {
            "disable": "colleagues:disable",
            "enable": "colleagues:enable",
            "link": "colleagues:link",
            "role": "colleagues:role",
            "sessions": "colleagues:list_sessions",
        },
    ),
    "token": VerbGroup("people:token_app"),
    "key": VerbGroup("keys:key_app"),
    "people": VerbGroup(
        "people_files:people_app",
        {
            "watch": "people_folders:watch_folder",
            "folders": "people_folders:list_folders",
            "leave": "people_folders:leave_folder",
        },
    ),
    "consent": VerbGroup("consent:consent_app"),
    "search": VerbGroup("search:search_app"),
    "tls": VerbGroup("tls:tls_app"),
    "reports": VerbGroup("reports:reports_app"),
    "archive": VerbGroup("archive:archive_app"),
    "retention": VerbGroup("retention:retention_app"),
    "update": VerbGroup("update:update_app"),
    "office": VerbGroup(
        "office:office_app", {"join": "office_link:join", "leave": "office_link:leave"}
    ),
    "simulate": VerbGroup("round_trials:simulate_app"),
    "box": VerbGroup("box:box_app"),
}


class Verbs(TyperGroup):
    """What only names the verbs imports none; `balie --help` says a sentence of each, so all."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        names: dict[str, Any] = dict.fromkeys([*_VERBS, *_GROUPS])
        self.commands = names

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(self.commands)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        return _command(cmd_name) if cmd_name in self.commands else None


@functools.cache
def _command(name: str) -> Any:
    app = typer.Typer()
    with collecting_later():
        if name != _EMULATE:  # it stands beside the floors, and drives no device
            from appliance.runtime import kinds

            kinds.load()
        if name in _VERBS:
            app.command(name, hidden=name in _HIDDEN)(_at(_VERBS[name]))
        else:
            group = _GROUPS[name]
            verbs: typer.Typer = _at(group.where)
            for verb, where in group.more.items():
                verbs.command(verb)(_at(where))
            app.add_typer(verbs, name=name)
    return typer.main.get_group(app).commands[name]


def _at(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(f"{_CLI}.{module}"), name)

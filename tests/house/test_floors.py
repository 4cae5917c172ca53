"""The floors of the house: which module may know which, read from the code itself."""

import ast
import queue
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FLOORS = {
    **dict.fromkeys(("store", "box", "media", "paper", "push", "mailing"), 1),
    "devices": 2,
    "queue": 3,
    "desk": 4,
    "api": 5,
    "relay": 5,
    "office": 5.5,
}
TOP = {"__main__", "cli", "runtime", "demo"}
TOP_FLOOR = 6
SHELVES = (
    {"access", "consent", "outgoing", "care"},
    {
        *("inbox", "contacts", "lines", "team", "groups", "search", "texts", "reports", "notices"),
        *("lists", "rounds", "automatic", "webhooks", "smsgate"),
    },
    {"intake", "catalogue", "privacy", "website", "feeds"},
)
WITHOUT_SQL = {"api", "box", "cli", "demo", "office", "runtime", "relay"}
OFFICE_SQL = "appliance.office.tables"
EMULATED = "appliance.emulated"
MAY_EMULATE = ("appliance.cli", "appliance.demo")
SEEN_FROM_BESIDE = "appliance.clock"
DEVICES_SEEN_FROM_ABOVE = (
    "appliance.devices.adoption_protocol",
    "appliance.devices.device_facts",
    "appliance.devices.health_facts",
    "appliance.devices.evidence_facts",
    "appliance.devices.charge_protocol",
    "appliance.devices.group_protocol",
    "appliance.devices.media_protocol",
    "appliance.devices.modem_protocol",
    "appliance.devices.news_protocol",
    "appliance.devices.profile_protocol",
    "appliance.devices.archive_protocol",
    "appliance.devices.removal_protocol",
    "appliance.devices.kind",
    "appliance.devices.protocol",
)
NAMES_KINDS = "appliance.runtime.kinds"
NOT_FOR_DRIVERS = {"sqlite3", "sqlite_utils", "fastapi", "starlette", "uvicorn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """`target` is the imported module, ours or another's; `name` is taken from it, if
    anything is.
    """

    source: str
    target: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    name: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        is_package = self.path.name == "__init__.py"
        return self.name if is_package else self.name.rpartition(".")[0]


def modules_of(root: Path) -> dict[str, Module]:
    """Every module below `root`/appliance by its dotted name."""
    found = {}
    for path in sorted((root / "appliance").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name=name, path=path, tree=ast.parse(path.read_text("utf-8")))
    return found


def imports_of(modules: dict[str, Module]) -> Iterator[Import]:
    """All imports, also those inside functions and behind TYPE_CHECKING."""
    for module in modules.values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(source=module.name, target=alias.name)
            elif isinstance(node, ast.ImportFrom):
                yield from _from_import(module, node, modules)


def _from_import(
    module: Module, node: ast.ImportFrom, modules: dict[str, Module]
) -> Iterator[Import]:
    base = node.module or ""
    if node.level:
        above = module.package.split(".")[: 1 - node.level or None]
        base = ".".join([*above, base] if base else above)
    for alias in node.names:
        inside = f"{base}.{alias.name}"
        if inside in modules:
            yield Import(source=module.name, target=inside)
        else:
            yield Import(source=module.name, target=base, name=alias.name)


def floor_of(module: str) -> float | None:
    """The floor of a module of ours; None beside the floors, and for a name that no floor has."""
    _, _, rest = module.partition(".")
    first, _, deeper = rest.partition(".")
    if within(module, EMULATED):
        return None
    if first in FLOORS:
        return FLOORS[first]
    if first in TOP:
        return TOP_FLOOR
    return None if deeper else 0


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def is_ours(module: str) -> bool:
    return within(module, "appliance")


def floor_violations(imports: list[Import], modules: dict[str, Module]) -> Iterator[str]:
    for name in modules:
        if floor_of(name) is None and not within(name, EMULATED):
            yield f"{name} stands on no floor"
    for each in imports:
        if not is_ours(each.target):
            continue
        source, target = floor_of(each.source), floor_of(each.target)
        if source is not None and target is not None and target > source:
            yield f"{each.source} (floor {source}) imports {each.target} (floor {target})"


def sees_a_driver(source: str, target: str) -> bool:
    is_above = floor_of(source) in (3, 4, 5, 5.5)
    return (
        is_above and within(target, "appliance.devices") and target not in DEVICES_SEEN_FROM_ABOVE
    )


def device_violations(imports: list[Import]) -> Iterator[str]:
    """Devices know no SQL and no web; floors above know no driver."""
    for each in imports:
        source, target = each.source, each.target
        line = f"{source} imports {target}"
        if sees_a_driver(source, target):
            yield f"{line}, but may know {' and '.join(DEVICES_SEEN_FROM_ABOVE)} only"
        if within(source, "appliance.devices"):
            if within(target, "appliance.store"):
                yield f"{line}: devices know no SQL"
            elif target.partition(".")[0] in NOT_FOR_DRIVERS:
                yield f"{line}: drivers know no SQL and no web"


def kind_violations(imports: list[Import], modules: dict[str, Module]) -> Iterator[str]:
    """A kind of device is a folder, and one module of the house lists them."""
    folders = [
        name
        for name, module in modules.items()
        if name.rpartition(".")[0] == "appliance.devices" and module.path.name == "__init__.py"
    ]
    for each in imports:
        for folder in folders:
            may = within(each.source, folder) or each.source == NAMES_KINDS
            if within(each.target, folder) and not may:
                yield f"{each.source} imports {each.target}, which only {NAMES_KINDS} may"


def emulation_violations(imports: list[Import]) -> Iterator[str]:
    """It judges the drivers, so it imports nothing from them, and no floor imports from it."""
    for each in imports:
        source, target = each.source, each.target
        line = f"{source} imports {target}"
        seen = within(target, EMULATED) or target == SEEN_FROM_BESIDE
        if within(source, EMULATED) and is_ours(target) and not seen:
            yield f"{line}, but may know {SEEN_FROM_BESIDE} only"
        may_emulate = any(within(source, name) for name in (EMULATED, *MAY_EMULATE))
        if within(target, EMULATED) and not may_emulate:
            yield f"{line}, which only the demo, the verb `emulate` and tests may"


def shelf_of(module: str) -> int | None:
    """The place of a room among the desk's three shelves, from the left; None for other modules."""
    if not module.startswith("appliance.desk."):
        return None
    room = module.split(".")[2]
    return next((number for number, rooms in enumerate(SHELVES) if room in rooms), None)


def shelf_violations(imports: list[Import], modules: dict[str, Module]) -> Iterator[str]:
    """A room of the desk knows its own shelf and those to its left."""
    for name in modules:
        if name.startswith("appliance.desk.") and shelf_of(name) is None:
            yield f"{name} stands on no shelf of the desk"
    for each in imports:
        source, target = shelf_of(each.source), shelf_of(each.target)
        if source is not None and target is not None and target > source:
            yield f"{each.source} imports {each.target}, which is on a shelf to its right"


def sql_violations(modules: dict[str, Module]) -> Iterator[str]:
    """Code that talks to the outside asks the desk, the queue or the store, and writes no SQL."""
    for module in modules.values():
        if within(module.name, OFFICE_SQL):
            continue
        if module.name.split(".")[1:2] and module.name.split(".")[1] in WITHOUT_SQL:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Attribute) and node.attr in ("execute", "executemany"):
                    yield f"{module.name} holds SQL in line {node.lineno}"


def queue_violations(imports: list[Import], modules: dict[str, Module]) -> Iterator[str]:
    """`queue` is the standard library's: ours is `appliance.queue`, and shadows it when a file
    of the package is run directly.
    """
    for each in imports:
        if each.target == "queue" and each.name and not hasattr(queue, each.name):
            yield f"{each.source} imports {each.name} from the standard library's queue"
    for module in modules.values():
        if module.path.name == "__main__.py":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
                yield f"{module.name} is made to be run directly"


def cycle_violations(imports: list[Import]) -> Iterator[str]:
    graph: dict[str, set[str]] = {}
    for each in imports:
        if is_ours(each.target):
            graph.setdefault(each.source, set()).add(each.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as exc:
        yield "a cycle: " + " imports ".join(reversed(exc.args[1]))


def violations(root: Path) -> list[str]:
    modules = modules_of(root)
    imports = list(imports_of(modules))
    return [
        *floor_violations(imports, modules),
        *device_violations(imports),
        *kind_violations(imports, modules),
        *emulation_violations(imports),
        *shelf_violations(imports, modules),
        *sql_violations(modules),
        *queue_violations(imports, modules),
        *cycle_violations(imports),
    ]


def test_every_module_imports_from_its_own_floor_or_below() -> None:
    """No module of Balie breaks a rule of the floors, and there is no circle of imports."""
    assert "appliance.errors" in modules_of(ROOT)
    assert violations(ROOT) == []


def tree_of(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / "appliance" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("files", "reported"),
    [
        ({"store/db.py": "import appliance.desk.gate"}, "imports appliance.desk.gate (floor 4)"),
        (
            {
                "desk/intake/rules.py": "",
                "desk/access/login.py": "from appliance.desk.intake import rules",
            },
            "right",
        ),
        ({"desk/misc/words.py": ""}, "no shelf"),
        (
            {"api/page.py": "def f(conn):\n    return conn.execute('SELECT 1')"},
            "holds SQL in line 2",
        ),
        ({"errors.py": "from appliance import store", "store/__init__.py": ""}, "(floor 1)"),
        ({"queue/plan.py": "def f():\n    from appliance.api import app"}, "floor 5"),
        (
            {"queue/plan.py": "if TYPE_CHECKING:\n    from appliance import runtime"}
            | {"runtime.py": ""},
            "floor 6",
        ),
        ({"queue/plan.py": "from ..desk.inbox import gate", "desk/inbox/gate.py": ""}, "floor 4"),
        (
            {"api/page.py": "from appliance.office import head", "office/head/__init__.py": ""},
            "imports appliance.office.head (floor 5.5)",
        ),
        (
            {"office/head/boxes.py": "def f(conn):\n    return conn.execute('SELECT 1')"},
            "holds SQL in line 2",
        ),
        ({"utils/text.py": ""}, "appliance.utils.text stands on no floor"),
        ({"desk/intake/in.py": "from appliance.devices.phone import Phone"}, "protocol only"),
        ({"desk/intake/in.py": "import appliance.devices"}, "protocol only"),
        (
            {"devices/phone/__init__.py": "", "devices/phone/driver.py": ""}
            | {"runtime/fleet.py": "from appliance.devices.phone.driver import PhoneDriver"},
            "only appliance.runtime.kinds may",
        ),
        (
            {"devices/phone/__init__.py": "", "devices/modem/pdu.py": ""}
            | {"devices/modem/pdu.py": "import appliance.devices.phone"},
            "only appliance.runtime.kinds may",
        ),
        ({"runtime.py": "from appliance.emulated import world"}, "only the demo"),
        ({"desk/intake/in.py": "import appliance.emulated.phone.wire.adbd"}, "only the demo"),
        ({"emulated/phone/spec.py": "from appliance import messages", "messages.py": ""}, "clock"),
        ({"emulated/phone/spec.py": "import appliance.devices.phone.whatsapp.stops"}, "clock only"),
        ({"devices/phone.py": "from appliance.store import db"}, "devices know no SQL"),
        ({"devices/phone.py": "import sqlite3"}, "no SQL and no web"),
        ({"devices/phone.py": "from fastapi.sse import Event"}, "no SQL and no web"),
        ({"desk/intake/in.py": "from queue import Planner"}, "imports Planner from the standard"),
        ({"clock.py": "if __name__ == '__main__':\n    main()"}, "run directly"),
        (
            {
                "store/a.py": "from appliance.store import b",
                "store/b.py": "import appliance.store.a",
            },
            "a cycle: ",
        ),
        (
            {"store/__init__.py": "from appliance.store.a import A"}
            | {"store/a.py": "from appliance.store import B"},
            "a cycle: ",
        ),
    ],
)
def test_a_broken_rule_is_reported(tmp_path: Path, files: dict[str, str], reported: str) -> None:
    """Each rule fails on a tree that breaks it, and no other rule does."""
    found = violations(tree_of(tmp_path, files))
    assert len(found) == 1
    assert reported in found[0]


def test_what_the_floors_allow_is_not_reported(tmp_path: Path) -> None:
    """Downward imports, the protocol, the demo's emulation and the library's queue are fine."""
    tree = tree_of(
        tmp_path,
        {
            "errors.py": "",
            "devices/protocol.py": "from appliance.errors import Transient",
            "devices/kind.py": "from appliance.devices.protocol import Driver",
            "devices/phone/__init__.py": "",
            "devices/phone/kind.py": "from appliance.devices.kind import Kind",
            "runtime/kinds.py": "from appliance.devices.phone.kind import KIND",
            "desk/lines/new_line.py": "from appliance.devices.kind import Kind",
            "emulated/world/control.py": "import fastapi\nimport appliance.clock",
            "queue/plan.py": "from queue import Queue\nfrom appliance.devices.protocol import Work",
            "desk/inbox/gate.py": "from appliance.queue.plan import Plan\nfrom . import words",
            "desk/consent/rule_words.py": "",
            "office/tables/boxes.py": "def f(conn):\n    return conn.execute('SELECT 1')",
            "office/head/boxes.py": "from appliance.office.tables import boxes",
            "runtime/process.py": "import appliance.devices.protocol, appliance.office.head.boxes",
            "demo.py": "from appliance.emulated import world\nfrom appliance import runtime",
            "__main__.py": "if __name__ == '__main__':\n    import appliance.demo",
        },
    )
    assert violations(tree) == []

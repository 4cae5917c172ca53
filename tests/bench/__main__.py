"""`python -m tests.bench [GROUP …]`: measures, and prints one JSON line for each figure.

A group is a module of this folder, such as `crash`; without one all are measured.

A line is `{"figure", "value", "unit", "target", "peer", "ok"}`. The status is 1 when a figure
misses its target or could not be measured; then its value is null and stderr says why.

`many --boxes N --seconds S` is of a smaller company, or of a larger one, for a shorter time.

`desk --build DIR` measures nothing: it makes the database of size in DIR, for
`balie run --data DIR`, and prints one JSON line with the log-ins (`desk_database.Built`).
"""

import argparse
import importlib
import json
import logging
import os
import pkgutil
import sys
from pathlib import Path

from appliance.demo.children import free_port
from tests.bench.benchmark import BENCHMARKS, Benchmark, Measured
from tests.bench.desk_database import build
from tests.bench.many_size import BOXES, SECONDS, SIZE
from tests.bench.years import MESSAGES

_log = logging.getLogger("tests.bench")


def find_benchmarks() -> None:
    """Imports every module of this folder; each registers its benchmarks."""
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name != "__main__":
            importlib.import_module(f"tests.bench.{module.name}")


def measured(benchmark: Benchmark) -> Measured | None:
    try:
        return benchmark.measure()
    except Exception:
        _log.exception("%s could not be measured", benchmark.name)
        return None


def run(benchmark: Benchmark) -> bool:
    """Measures and prints one figure; true when it reaches its target."""
    result = measured(benchmark)
    is_met = result is not None and benchmark.is_met_by(result.value)
    line = {
        "figure": benchmark.name,
        "value": result and round(result.value, 4),
        "unit": benchmark.unit,
        "target": benchmark.target,
        "peer": result and result.peer,
        "ok": is_met,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return is_met


def _is_asked(asked: argparse.Namespace, name: str) -> bool:
    if not asked.groups and not asked.only:
        return True
    return BENCHMARKS[name].group in asked.groups or name in (asked.only or ())


def main() -> int:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    find_benchmarks()
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures Balie.")
    groups = sorted({each.group for each in BENCHMARKS.values()})
    parser.add_argument("groups", metavar="GROUP", nargs="*", help=f"one of: {', '.join(groups)}")
    parser.add_argument(
        "--only", metavar="NAME", action="append", choices=sorted(BENCHMARKS), help="measure this"
    )
    parser.add_argument("--build", metavar="DIR", type=Path, help="desk: only make its database")
    parser.add_argument(
        "--messages", metavar="N", type=int, default=MESSAGES, help="with --build: a smaller one"
    )
    parser.add_argument("--boxes", metavar="N", type=int, default=BOXES, help="many: so many")
    parser.add_argument(
        "--seconds", metavar="S", type=float, default=SECONDS, help="many: of each load"
    )
    asked = parser.parse_args()
    SIZE.boxes, SIZE.seconds = asked.boxes, asked.seconds
    if unknown := set(asked.groups) - set(groups):
        parser.error(f"there is no group {', '.join(sorted(unknown))}: {', '.join(groups)}")
    if asked.build is not None:
        if asked.groups != ["desk"]:
            parser.error("--build makes the database of one group: desk")
        sys.stdout.write(build(asked.build, messages=asked.messages).line + "\n")
        return 0
    # Balie starts an adb server where none answers: never at the port of the machine's own.
    os.environ["ANDROID_ADB_SERVER_PORT"] = str(free_port())
    results = [run(BENCHMARKS[name]) for name in sorted(BENCHMARKS) if _is_asked(asked, name)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())

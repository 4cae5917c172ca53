"""A script of the schema that has landed is not edited: a box that has it would not get the edit.

`landed.sha256` lists them. Who adds a script adds its line, by `sha256sum` in `appliance/`.
"""

import hashlib
from pathlib import Path

APPLIANCE = Path(__file__).parents[2] / "appliance"
LANDED = Path(__file__).with_name("landed.sha256")


def listed() -> dict[str, str]:
    lines = LANDED.read_text(encoding="ascii").splitlines()
    return {name: known for known, _, name in (each.partition("  ") for each in lines)}


def present() -> dict[str, str]:
    return {
        path.relative_to(APPLIANCE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in APPLIANCE.glob("*/sql*/*.sql")
    }


def test_no_script_that_has_landed_is_edited() -> None:
    there = present()
    assert {name: there.get(name) for name in listed()} == listed()


def test_each_script_is_listed() -> None:
    assert sorted(present()) == sorted(listed())

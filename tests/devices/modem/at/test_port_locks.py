import os
from pathlib import Path

from appliance.devices.modem.at.port_locks import holder


def test_a_lock_file_of_a_living_program_holds_the_port(tmp_path: Path) -> None:
    parent = os.getppid()
    lock = tmp_path / "LCK..ttyUSB9"
    lock.write_text(f"{parent:10d}\n")
    assert holder("/dev/ttyUSB9", locks=tmp_path) == parent
    lock.write_bytes(parent.to_bytes(4, "little"))
    assert holder("/dev/ttyUSB9", locks=tmp_path) == parent


def test_a_lock_file_of_a_dead_program_or_of_ourselves_holds_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "LCK..ttyUSB9"
    for content in (b"4194999999\n", f"{os.getpid():10d}\n".encode(), b"", b"rubbish"):
        lock.write_bytes(content)
        assert holder("/dev/ttyUSB9", locks=tmp_path) is None
    assert holder("/dev/ttyUSB8", locks=tmp_path) is None


def test_the_lock_is_that_of_the_port_behind_a_name(tmp_path: Path) -> None:
    (tmp_path / "LCK..ttyUSB9").write_text(str(os.getppid()))
    name = tmp_path / "usb-Maker_Stick-if00-port0"
    name.symlink_to("/dev/ttyUSB9")
    assert holder(str(name), locks=tmp_path) == os.getppid()

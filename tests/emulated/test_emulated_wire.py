"""A real adb server, unmodified adbutils and unmodified uiautomator2 against emulated phones."""

from functools import partial
from pathlib import Path

import adbutils
import pytest
from adbutils.errors import AdbError

from appliance.emulated.phone.wire.adbd import Adbd
from tests.emulated.computer import (
    LEAVES_SOCKETS,
    Computer,
    U2Device,
    computer,
    device,
    handset,
    phone,
    u2,
)
from tests.emulated.phone_bench import PhoneBench, eventually
from tests.emulated.plain_handset import PlainHandset

__all__ = ["computer", "device", "handset", "phone", "u2"]  # the fixtures

pytestmark = LEAVES_SOCKETS


def test_a_phone_is_unauthorized_until_a_person_accepts_the_key(
    bench: PhoneBench, computer: Computer
) -> None:
    """The dialog shows who asks; after Allow the phone is there, and next time at once."""
    handset = PlainHandset(accepts_keys=False)
    phone = bench.plug_in(handset)
    computer.ask_in(phone)
    assert computer.state(phone) == "unauthorized"
    with pytest.raises(AdbError, match="unauthorized"):
        computer.client.device(phone.address).shell("id")
    [(_, comment)] = handset.offered
    assert "@" in comment
    bench.on_loop(handset.accept_keys)
    assert eventually(partial(computer.is_there, phone))
    computer.client.disconnect(phone.address)
    assert computer.ask_in(phone).startswith("connected to")
    assert len(handset.offered) == 1


def test_the_banner_names_the_phone(
    computer: Computer, phone: Adbd, device: adbutils.AdbDevice
) -> None:
    """The adb server shows model, product and only the features that the phone has."""
    _, listing = computer.adb(phone, "devices", "-l")
    assert b"product:plain model:Plain_1 device:plain1" in listing
    assert set(device.get_features().split(",")) == {
        "shell_v2",
        "cmd",
        "stat_v2",
        "ls_v2",
        "fixed_push_mkdir",
        "fixed_push_symlink_timestamp",
    }


def test_shell_v1_merges_the_outputs(device: adbutils.AdbDevice) -> None:
    """`$?` is the only way to the exit status, as on a phone."""
    result = device.shell2("complain")
    assert (result.output, result.returncode) == ("out\nerr\n", 3)
    assert device.shell("echo one; echo two") == "one\ntwo"


def test_shell_v2_keeps_the_outputs_apart(
    computer: Computer, phone: Adbd, device: adbutils.AdbDevice
) -> None:
    """Both adbutils and the command line learn stdout, stderr and the exit status."""
    result = device.shell2("complain", v2=True)
    assert (result.stdout, result.stderr, result.returncode) == ("out\n", "err\n", 3)
    assert device.shell2("true", v2=True).returncode == 0
    status, output = computer.adb(phone, "shell", "complain", check=False)
    assert (status, sorted(output.splitlines())) == (3, [b"err", b"out"])
    assert computer.adb(phone, "exec-out", "echo hi") == (0, b"hi\n")


def test_words_reach_the_phone_as_they_were(
    device: adbutils.AdbDevice, handset: PlainHandset
) -> None:
    """What a driver quotes is not touched by the shell: a text may hold anything."""
    words = ["am", "start", "-d", "x'y\"z $(a) `b` & ; | > \\ \n \U0001f44b é", ""]
    device.shell(words)
    assert handset.ran == [words]


def test_files_travel_by_adbutils(device: adbutils.AdbDevice, handset: PlainHandset) -> None:
    """Push, stat, list and pull agree with what is on the phone."""
    data = bytes(range(256)) * 2000
    device.sync.push(data, "/sdcard/Download/a.bin", mode=0o644, check=True)
    assert handset.files["/sdcard/Download/a.bin"].data == data
    assert handset.files["/sdcard/Download/a.bin"].mode == 0o100666
    assert device.sync.stat("/sdcard/Download/a.bin").size == len(data)
    assert device.sync.stat("/sdcard/Download").mode & 0o170000 == 0o040000
    assert not device.sync.exists("/sdcard/b.bin")
    assert [info.path for info in device.sync.iter_directory("/sdcard/Download")] == ["a.bin"]
    assert device.sync.read_bytes("/sdcard/Download/a.bin") == data
    with pytest.raises(AdbError, match="No such file"):
        device.sync.read_bytes("/sdcard/b.bin")
    with pytest.raises(AdbError):
        device.sync.push(data, "/system/a.bin")


def test_files_travel_by_the_command_line(
    computer: Computer, phone: Adbd, device: adbutils.AdbDevice, tmp_path: Path
) -> None:
    """`adb push`, `ls` and `pull` use the newer requests and get the same files."""
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "a.txt").write_bytes(b"a" * 100_000)
    (source / "deep" / "b é.txt").write_bytes(b"")
    computer.adb(phone, "push", str(source), "/sdcard/")
    _, listing = computer.adb(phone, "ls", "/sdcard/source")
    assert {line.split(maxsplit=3)[3] for line in listing.decode().splitlines()} == {
        "a.txt",
        "deep",
    }
    computer.adb(phone, "pull", "/sdcard/source", str(tmp_path / "copy"))
    assert (tmp_path / "copy" / "a.txt").read_bytes() == b"a" * 100_000
    assert (tmp_path / "copy" / "deep" / "b é.txt").read_bytes() == b""
    status, output = computer.adb(phone, "push", str(source / "a.txt"), "/system/", check=False)
    assert status == 1
    assert b"Permission denied" in output or b"Is a directory" in output


def test_a_phone_that_was_unplugged_comes_back_on_its_port(
    bench: PhoneBench, phone: Adbd, computer: Computer, u2: U2Device
) -> None:
    """The adb server finds it again by itself; u2.jar's process has ended with its stream."""
    bench.on_loop(lambda: phone.drop(0.2))
    assert eventually(lambda: computer.state(phone) != "device")
    assert eventually(partial(computer.is_there, phone))
    assert not phone.server_running
    assert u2.info["sdkInt"] == 34


def test_nobody_gets_in_while_the_phone_is_away(
    bench: PhoneBench, phone: Adbd, computer: Computer
) -> None:
    """The port is refused until the time is over."""
    bench.on_loop(lambda: phone.drop(60))
    assert "refused" in computer.ask_in(phone)
    bench.on_loop(lambda: phone.drop(0))
    computer.connect(phone)


def test_twenty_phones_live_on_one_loop(bench: PhoneBench, computer: Computer) -> None:
    """Each answers for itself."""
    phones = [bench.plug_in(handset) for handset in (PlainHandset() for _ in range(20))]
    assert len({phone.port for phone in phones}) == 20
    assert not any(5555 <= phone.port <= 5585 for phone in phones)
    devices = [computer.connect(phone) for phone in phones]
    assert [device.shell(f"echo {at}") for at, device in enumerate(devices)] == [
        str(at) for at in range(20)
    ]
    assert [phone.round_trips for phone in phones] == [1] * 20


def test_a_port_that_adb_probes_is_refused(handset: PlainHandset) -> None:
    """An adb server connects to 5555-5585 by itself and would see the phone twice."""
    with pytest.raises(ValueError, match="5555"):
        Adbd(handset, port=5555)

"""A real adb server, unmodified adbutils and unmodified uiautomator2 against emulated phones."""

import asyncio
import json
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import adbutils
import pytest
import uiautomator2
from adbutils.errors import AdbError
from lxml import etree

from appliance.emulated.phone.faults import Fault, FaultKind
from appliance.emulated.phone.wire.adbd import Adbd
from appliance.emulated.phone.wire.seam import DeviceFile
from tests.emulated.phone_bench import PhoneBench, eventually
from tests.emulated.plain_handset import PACKAGE, PlainHandset

#: adbutils leaves the socket of a request that the server refuses to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ENTRY = f"{PACKAGE}:id/entry"


#: uiautomator2 has types for some of its methods only.
U2Device = Any


class Computer:
    """What a driver has: adbutils, and the adb command line, on the server of this run."""

    def __init__(self, server_port: int) -> None:
        self.client = adbutils.AdbClient(port=server_port)
        self._server_port = server_port
        self._connected: list[str] = []

    def adb(self, phone: Adbd, *arguments: str, check: bool = True) -> tuple[int, bytes]:
        """Exit status and output; other failures of adb come as CalledProcessError."""
        command = [adbutils.adb_path(), "-P", str(self._server_port), "-s", phone.address]
        done = subprocess.run(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=check,
            timeout=60,
        )
        return done.returncode, done.stdout

    def state(self, phone: Adbd) -> str:
        states = {info.serial: info.state for info in self.client.list()}
        return states.get(phone.address, "absent")

    def is_there(self, phone: Adbd) -> bool:
        return self.state(phone) == "device"

    def ask_in(self, phone: Adbd) -> str:
        """What `adb connect` says."""
        self._connected.append(phone.address)
        return self.client.connect(phone.address, timeout=60)

    def connect(self, phone: Adbd) -> adbutils.AdbDevice:
        assert eventually(partial(self._gets_in, phone))
        return self.client.device(phone.address)

    def _gets_in(self, phone: Adbd) -> bool:
        if not self.is_there(phone):
            self.ask_in(phone)
        return self.is_there(phone)

    def disconnect_all(self) -> None:
        for serial in self._connected:
            self.client.disconnect(serial)


@pytest.fixture
def computer(adb_server_port: int) -> Iterator[Computer]:
    computer = Computer(adb_server_port)
    yield computer
    computer.disconnect_all()


@pytest.fixture
def handset() -> PlainHandset:
    return PlainHandset()


@pytest.fixture
def phone(bench: PhoneBench, handset: PlainHandset) -> Adbd:
    return bench.plug_in(handset)


@pytest.fixture
def device(computer: Computer, phone: Adbd) -> adbutils.AdbDevice:
    return computer.connect(phone)


@pytest.fixture
def u2(device: adbutils.AdbDevice) -> Iterator[U2Device]:
    """Its server is stopped as a driver stops it: by closing the stream of its shell."""
    connected: U2Device = uiautomator2.connect(device)
    yield connected
    connected.stop_uiautomator(wait=False)


@pytest.fixture(scope="module")
def shared(adb_server_port: int) -> Iterator[tuple[adbutils.AdbDevice, U2Device]]:
    """A phone for tests that leave nothing behind, with u2.jar running."""
    bench, computer = PhoneBench(), Computer(adb_server_port)
    device = computer.connect(bench.plug_in(PlainHandset()))
    connected: U2Device = uiautomator2.connect(device)
    yield device, connected
    connected.stop_uiautomator(wait=False)
    computer.disconnect_all()
    bench.close()


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


def test_uiautomator2_pushes_its_jar_and_starts_its_server(
    phone: Adbd, device: adbutils.AdbDevice, handset: PlainHandset
) -> None:
    """The port is refused before and after; a jar that is there is not pushed again."""
    with pytest.raises(AdbError, match="closed"):
        device.create_connection(adbutils.Network.TCP, 9008)
    u2: U2Device = uiautomator2.connect(device)
    assert phone.server_running
    assert handset.files["/data/local/tmp/u2.jar"].data.startswith(b"PK")
    assert u2.info["sdkInt"] == 34
    u2.stop_uiautomator()
    assert eventually(lambda: not phone.server_running)
    with pytest.raises(AdbError, match="closed"):
        device.create_connection(adbutils.Network.TCP, 9008)
    pushed = handset.files["/data/local/tmp/u2.jar"]
    u2.start_uiautomator()
    assert handset.files["/data/local/tmp/u2.jar"] is pushed
    u2.stop_uiautomator()


def test_a_text_is_set_read_and_sent(phone: Adbd, u2: U2Device, handset: PlainHandset) -> None:
    """The emoji survives getText, not the dump, and one click is one tap in the middle."""
    text = "Hallo 👋\nregel 2 & \"'<>"
    u2(resourceId=ENTRY).set_text(text)
    assert handset.entry.text == text
    assert u2(resourceId=ENTRY).get_text() == text
    assert u2(resourceId=ENTRY).info["text"] == text
    dump = etree.fromstring(u2.dump_hierarchy().encode())
    assert dump.xpath(f"//*[@resource-id='{ENTRY}']/@text") == [text.replace("👋", "..")]
    u2(description="Send").click()
    assert handset.taps == [(990, 2100)]
    assert phone.taps == phone.rpc_calls["click"] == 1


def test_the_whole_screen_is_in_one_dump(u2: U2Device) -> None:
    """The windows of all packages are children of the hierarchy; xpath finds in any."""
    dump = etree.fromstring(u2.dump_hierarchy().encode())
    assert [window.get("package") for window in dump] == ["com.android.systemui", PACKAGE]
    assert u2.xpath(f"//*[@resource-id='{ENTRY}']").get().text == "Message"


def test_what_is_not_there_is_not_found(u2: U2Device) -> None:
    """Waiting ends after the time that was asked for, and an object that is gone is an error."""
    assert not u2(text="Nobody").exists
    assert u2(text="Nobody").wait_gone(timeout=1)
    assert not u2(text="Nobody").wait(timeout=0.05)
    with pytest.raises(uiautomator2.UiObjectNotFoundError):
        _ = u2(text="Nobody").info


def test_a_waiting_call_sees_what_appears(
    u2: U2Device, bench: PhoneBench, handset: PlainHandset
) -> None:
    """The call stands open on the phone and answers when the screen has changed."""

    def change() -> None:
        handset.title = "Somebody"

    bench.wait_for(_later(change))
    assert u2(text="Somebody").wait(timeout=60)


async def _later(change: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(0.1, change)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda u2: u2.press("back"), True),
        (lambda u2: u2.press(66), True),
        (lambda u2: u2.swipe(100, 900, 100, 300), True),
        (lambda u2: u2.set_clipboard("geplakt"), None),
        (lambda u2: u2.jsonrpc.pasteClipboard(), True),
        (lambda u2: u2(resourceId=ENTRY).clear_text(), True),
        (lambda u2: u2.clear_text(), None),
        (lambda u2: u2.jsonrpc.isScreenOn(), True),
        (lambda u2: u2.jsonrpc.click(5000, 1), False),
        (lambda u2: u2.jsonrpc.waitForIdle(1000), None),
        (
            lambda u2: u2.jsonrpc.setConfigurator({"waitForIdleTimeout": 0}),
            {"waitForIdleTimeout": 0},
        ),
        (lambda u2: u2.freeze_rotation(), None),
        (lambda u2: u2.last_toast, None),
        (lambda u2: u2(className="android.widget.TextView").count, 1),
        (lambda u2: len(u2(packageName=PACKAGE).info_list()), 4),
        (lambda u2: u2(resourceId=ENTRY).exists(), True),
        (lambda u2: u2.long_click(5, 5), None),
        (lambda u2: u2.double_click(5, 5), None),
        (lambda u2: u2(resourceId=ENTRY).scroll.forward(), True),
    ],
)
def test_the_calls_of_uiautomator2_are_answered(
    shared: tuple[adbutils.AdbDevice, U2Device], call: Callable[[Any], Any], expected: object
) -> None:
    """Each call gets the kind of answer that it gets from u2.jar."""
    assert call(shared[1]) == expected


def test_the_screen_can_be_photographed(u2: U2Device, handset: PlainHandset) -> None:
    """A picture as large as the screen; none while it is dark."""
    assert u2.screenshot().size == (1080, 2400)
    u2.screen_off()
    assert not handset.screen_on
    assert u2.jsonrpc.takeScreenshot(1, 80) is None
    u2.screen_on()
    assert u2.info["screenOn"]


def test_only_one_ui_automation_exists(
    u2: U2Device, device: adbutils.AdbDevice, handset: PlainHandset
) -> None:
    """A second server complains, and the shell's own dump fails, while a server runs."""
    jar = "CLASSPATH=/data/local/tmp/u2.jar app_process / com.wetest.uia2.Main -p 9009"
    assert "already registered!" in device.shell(jar)
    assert "already registered!" in device.shell("uiautomator dump")
    u2.stop_uiautomator()
    assert ENTRY in device.shell("uiautomator dump")


def test_a_jar_that_is_not_there_starts_nothing(
    phone: Adbd, device: adbutils.AdbDevice, handset: PlainHandset
) -> None:
    """Without the file there is no class to run."""
    jar = "CLASSPATH=/data/local/tmp/u2.jar app_process / com.wetest.uia2.Main -p 9008"
    assert "ClassNotFoundException" in device.shell(jar)
    handset.files["/data/local/tmp/u2.jar"] = DeviceFile(data=b"")
    assert "ClassNotFoundException" in device.shell("app_process / com.wetest.uia2.Main")
    assert not phone.server_running


def test_a_killed_server_is_started_again(bench: PhoneBench, phone: Adbd, u2: U2Device) -> None:
    """Refused on the port, uiautomator2 runs app_process once more and repeats the call."""
    bench.on_loop(phone.kill_server)
    assert not phone.server_running
    assert u2.info["sdkInt"] == 34
    assert phone.server_running


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


def fault(bench: PhoneBench, handset: PlainHandset, kind: FaultKind, method: str) -> None:
    bench.on_loop(lambda: handset.faults.arm(Fault(kind=kind, method=method, seconds=0.1)))


def test_a_call_that_failed_after_acting_is_repeated_by_uiautomator2(
    bench: PhoneBench, u2: U2Device, handset: PlainHandset
) -> None:
    """One click and one HTTP 500 make two taps: why Balie taps Send by a call of its own."""
    fault(bench, handset, FaultKind.HTTP_500_AFTER_ACTING, "click")
    u2.click(10, 20)
    assert handset.taps == [(10, 20), (10, 20)]


def test_an_answer_can_come_late(bench: PhoneBench, u2: U2Device, handset: PlainHandset) -> None:
    """The call was carried out once and its answer is whole."""
    fault(bench, handset, FaultKind.LATE_ANSWER, "click")
    u2.click(10, 20)
    assert handset.taps == [(10, 20)]


def test_a_call_without_an_answer_was_carried_out(
    bench: PhoneBench, device: adbutils.AdbDevice, u2: U2Device, handset: PlainHandset
) -> None:
    """The stream stays open and silent; the phone goes on with other streams."""
    fault(bench, handset, FaultKind.NEVER_ANSWERS, "click")
    with pytest.raises(TimeoutError):
        rpc(device, "click", [10, 20])
    assert handset.taps == [(10, 20)]
    fault(bench, handset, FaultKind.NEVER_ANSWERS, "shell")
    with pytest.raises(adbutils.AdbTimeout):
        device.shell("input tap 1 2", timeout=0.2)
    assert handset.ran[-1] == ["input", "tap", "1", "2"]
    assert u2.info["screenOn"]


def test_an_answer_can_be_cut_in_the_middle(
    bench: PhoneBench, device: adbutils.AdbDevice, u2: U2Device, handset: PlainHandset
) -> None:
    """Half of the bytes come, then the stream closes; the call was carried out."""
    fault(bench, handset, FaultKind.STREAM_CUT, "click")
    assert rpc(device, "click", [10, 20]).startswith(b"HTTP/1.1 200 OK")
    assert handset.taps == [(10, 20)]
    fault(bench, handset, FaultKind.STREAM_CUT, "shell")
    assert device.shell("echo 12345", rstrip=False) == "123"
    assert u2.info["screenOn"]


def test_a_hierarchy_can_be_empty_once(
    bench: PhoneBench, u2: U2Device, handset: PlainHandset
) -> None:
    """The letters are those at which uiautomator2 asks again; then the screen is back."""
    fault(bench, handset, FaultKind.EMPTY_HIERARCHY, "dumpWindowHierarchy")
    assert u2.jsonrpc.dumpWindowHierarchy(False, 50).endswith('<hierarchy rotation="0" />')
    assert ENTRY in u2.dump_hierarchy()


def rpc(device: adbutils.AdbDevice, method: str, params: list[object]) -> bytes:
    """One call without uiautomator2, on a stream that falls silent after 0.2 seconds."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    head = f"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with device.create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(0.2)
        connection.sendall(head + body)
        return connection.recv(65536)


@pytest.mark.parametrize(
    ("request_bytes", "status", "body"),
    [
        (b"GET /ping HTTP/1.1\r\n\r\n", b"200 OK", b"pong"),
        (b"GET /nothing HTTP/1.1\r\n\r\n", b"404 Not Found", b"Not Found!!!"),
        (b"nonsense\r\n\r\n", b"400 Bad Request", b"BAD REQUEST"),
        (b"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 3\r\n\r\n{x}", b"200 OK", b"-32700"),
        (b"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]", b"200 OK", b"-32600"),
        (
            b'POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 14\r\n\r\n{"method":"x"}',
            b"200 OK",
            b"-32601",
        ),
        (
            b'POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: 18\r\n\r\n{"method":"click"}',
            b"200 OK",
            b"-32602",
        ),
    ],
)
def test_the_server_answers_http_like_nanohttpd(
    shared: tuple[adbutils.AdbDevice, U2Device], request_bytes: bytes, status: bytes, body: bytes
) -> None:
    """Known pages, unknown pages, and what is no request."""
    with shared[0].create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(5)
        connection.sendall(request_bytes)
        head, _, answered = connection.recv(65536).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert body in answered


def test_a_connection_carries_many_calls(
    phone: Adbd, device: adbutils.AdbDevice, u2: U2Device
) -> None:
    """Over one stream, each HTTP request counts as a round trip and no stream is opened."""
    with device.create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /ping HTTP/1.1\r\n\r\n")
        assert connection.recv(4096).endswith(b"pong")
        opens, trips = phone.opens, phone.round_trips
        for _ in range(50):
            connection.sendall(b"GET /ping HTTP/1.1\r\n\r\n")
            assert connection.recv(4096).endswith(b"pong")
        assert (phone.opens - opens, phone.round_trips - trips) == (0, 50)


def test_the_server_can_be_asked_to_stop(
    phone: Adbd, device: adbutils.AdbDevice, u2: U2Device
) -> None:
    """/stop ends the process, and its shell stream with it."""
    with device.create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /stop HTTP/1.1\r\n\r\n")
        assert b"200 OK" in connection.recv(4096)
    assert eventually(lambda: not phone.server_running)


def test_adb_forward_leads_to_the_server(device: adbutils.AdbDevice, u2: U2Device) -> None:
    """A driver may keep a port of its own to u2.jar; the phone sees plain streams."""
    port = device.forward_port(9008)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5) as answer:
        assert answer.read() == b"pong"


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

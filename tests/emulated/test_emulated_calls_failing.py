"""Calls of uiautomator2 and commands that fail on the way, as those of real phones do."""

import adbutils
import pytest

from appliance.emulated.phone.faults import FaultKind
from tests.emulated.computer import (
    ENTRY,
    LEAVES_SOCKETS,
    U2Device,
    computer,
    device,
    fault,
    handset,
    phone,
    rpc,
    u2,
)
from tests.emulated.phone_bench import PhoneBench
from tests.emulated.plain_handset import PlainHandset

__all__ = ["computer", "device", "handset", "phone", "u2"]  # the fixtures

pytestmark = LEAVES_SOCKETS


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

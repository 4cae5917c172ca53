"""`logcat -b events` of the emulated phone, as liblog prints it."""

import asyncio
import re

import pytest

from appliance.emulated.phone.faults import FaultKind
from tests.emulated.handset_rig import Rig

DUMPED = ["-d", "-b", "events", "-v", "tag"]


def printed(rig: Rig, *words: str) -> list[str]:
    """The lines of a log that ends by itself."""

    async def read() -> bytes:
        return b"".join([piece async for piece in rig.phone.logcat(list(words))])

    return asyncio.run(read()).decode().splitlines()


def test_a_tag_with_a_line_break_splits_the_line_and_repeats_its_prefix() -> None:
    rig = Rig()
    rig.whatsapp("Hoi")
    first, second = printed(rig, *DUMPED)[:2]
    assert re.fullmatch(r"I/notification_enqueue: \[10342,\d+,com\.whatsapp,1,[\w+/]{43}=", first)
    assert re.fullmatch(
        r"I/notification_enqueue: ,0,Notification\(channel=\S+ shortcut=\S+ .* vis=PRIVATE\),0\]",
        second,
    )


def test_nobodys_words_are_in_it() -> None:
    rig = Rig()
    rig.whatsapp("Een geheim")
    assert "geheim" not in "\n".join(printed(rig, *DUMPED))


@pytest.mark.parametrize(("sdk", "ends"), [(34, ",0]"), (36, ",0,1]")])
def test_newer_builds_say_more_at_the_end(sdk: int, ends: str) -> None:
    rig = Rig(sdk=sdk)
    rig.sms("Hoi")
    assert printed(rig, *DUMPED)[-1].endswith(ends)


def test_what_is_posted_again_is_an_update() -> None:
    rig = Rig()
    rig.sms("een")
    rig.sms("twee")
    assert [line[-2:] for line in printed(rig, *DUMPED)] == ["0]", "1]"]


@pytest.mark.parametrize(
    ("form", "prefix"),
    [
        ("tag", r"I/notification_enqueue: \["),
        ("brief", r"I/notification_enqueue\( 1612\): \["),
        ("threadtime", r"09-21 15:28:00\.000  1612  1840 I notification_enqueue: \["),
    ],
)
def test_each_form_has_its_prefix(form: str, prefix: str) -> None:
    rig = Rig()
    rig.sms("Hoi")
    (line,) = printed(rig, "-d", "-b", "events", "-v", form)
    assert re.match(prefix, line)


def test_filters_other_buffers_and_a_tail_leave_lines_out() -> None:
    rig = Rig()
    rig.sms("een")
    rig.sms("twee")
    only = ["notification_enqueue:I", "*:S"]
    assert len(printed(rig, *DUMPED, *only)) == 2
    assert printed(rig, *DUMPED, "am_proc_start:I", "*:S") == []
    assert printed(rig, "-d", "-b", "main") == []
    assert len(printed(rig, "-t", "1", "-b", "events", "-v", "tag")) == 1


def test_a_build_that_refuses_the_buffer_says_so_and_ends() -> None:
    rig = Rig()
    rig.fault(FaultKind.LOGCAT_REFUSED, times=None)
    (line,) = printed(rig, "-b", "events")
    assert "Permission denied" in line

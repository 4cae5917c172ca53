"""The stream of hints that an open page follows."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from appliance.api.web.streams import MOST
from appliance.desk.team import staff
from tests.api.browser import Browser
from tests.api.office import Desk, Office
from tests.api.web.one_thread import WORKER, conversation, message_of

__all__ = ["conversation"]  # the fixture: Fatima wrote


def frames(lines: Iterator[str], *, until: str) -> list[tuple[str, str]]:
    """The name and id of each hint, up to and including the first called `until`."""
    found: list[tuple[str, str]] = []
    cursor = ""
    for line in lines:
        if line.startswith("id: "):
            cursor = line.removeprefix("id: ")
        if line.startswith("event: "):
            found.append((line.removeprefix("event: "), cursor))
            if found[-1][0] == until:
                return found
    raise AssertionError(found)


def test_the_stream_goes_on_after_the_last_hint(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """A browser that reconnects with the last id gets the hints since then, and none twice."""
    with sanne.client.stream("GET", "/live", params={"after": "0"}) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        seen = frames(answer.iter_lines(), until="message")
    office.writes(WORKER, tilburg, "Nog iets")
    last = seen[-1][1]
    with sanne.client.stream("GET", "/live", headers={"Last-Event-ID": last}) as answer:
        after = frames(answer.iter_lines(), until="message")
    assert int(after[-1][1].rpartition(":")[2]) > int(last.rpartition(":")[2])


@pytest.mark.parametrize("cursor", ["other-epoch:4", "999999", "nonsense", ""])
def test_a_cursor_that_cannot_be_gone_on_from_is_said(
    office: Office, sanne: Browser, conversation: str, cursor: str
) -> None:
    """After a restore, or with an id that makes no sense, the page is told to draw itself anew."""
    with sanne.client.stream("GET", "/live", params={"after": cursor}) as answer:
        assert frames(answer.iter_lines(), until="stale")


def test_the_stream_of_who_is_disabled_ends(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """Later events are told to nobody who may not see them any more."""
    with sanne.client.stream("GET", "/live", params={"after": "0"}) as answer:
        lines = answer.iter_lines()
        frames(lines, until="message")
        office.store.write(lambda tx: staff.disable(tx, sanne.staff_id))
        office.writes(WORKER, tilburg, "Niet voor Sanne")
        rest = "".join(lines)
    assert message_of(office, "in") not in rest


def test_one_session_has_a_few_streams_and_no_more(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """One stream too many ends the oldest at its next frame; the newest ones go on."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(sanne.client.stream("GET", "/live", params={"after": "0"}))
            for _ in range(MOST + 1)
        ]
        lines = [answer.iter_lines() for answer in opened]
        for each in lines[1:]:
            frames(each, until="message")
        office.writes(WORKER, tilburg, "Nog iets")
        frames(lines[-1], until="message")
        told = list(lines[0])  # a stream that went on would have no end
    assert told.count("event: message") < MOST


def test_the_stream_tells_no_texts_and_no_numbers(
    office: Office, tilburg: Desk, sanne: Browser, conversation: str
) -> None:
    """A hint about a message holds ids; the page asks for the data, within the reader's rights."""
    with sanne.client.stream("GET", "/live", params={"after": "0"}) as answer:
        told = ""
        for line in answer.iter_lines():
            told += line
            if message_of(office, "in") in line:
                break
    assert conversation in told
    assert "Fatima" not in told
    assert WORKER[1:] not in told

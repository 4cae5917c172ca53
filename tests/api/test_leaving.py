"""A client may leave at any time: that is no error."""

import logging

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from appliance.api.leaving import LeavingClients


def answer_with(error: Exception) -> None:
    """One request, whose stream ends with this error."""

    async def stream(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise ExceptionGroup("unhandled errors in a TaskGroup", [error])

    async def nothing() -> Message:
        return {"type": "http.disconnect"}

    async def dropped(_message: Message) -> None:
        return

    anyio.run(LeavingClients(stream), {"type": "http", "path": "/live"}, nothing, dropped)


def test_a_client_that_leaves_in_the_middle_of_a_stream_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is raised, so no traceback comes into the log."""
    answer_with(anyio.BrokenResourceError())
    assert not [each for each in caplog.records if each.levelno > logging.DEBUG]


def test_what_else_goes_wrong_in_a_stream_is_told() -> None:
    """An error of ours is still raised."""
    with pytest.raises(ExceptionGroup):
        answer_with(ValueError("a mistake"))

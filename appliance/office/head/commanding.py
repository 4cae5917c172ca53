"""What is asked of a box, once it asks for it: held open, for a box that is believed."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence

from appliance.office import link
from appliance.office.head import refusals
from appliance.office.head.head import Head
from appliance.office.link import OfficeCommand
from appliance.office.tables import box_epochs, boxes, commands
from appliance.office.tables.box_epochs import EpochStanding
from appliance.store.store import ReaderPool

_MOST_AHEAD = 1_000_000


async def waited(
    head: Head,
    box_id: str,
    after: int,
    epoch: str | None,
    *,
    gone: Callable[[], Awaitable[bool]],
    held_s: float = link.HELD_OPEN_S,
) -> Sequence[OfficeCommand]:
    """Those after that number, noted as told; none after `held_s`, or where who asked is gone.
    Raises ProblemError.
    """
    found = await _waited(head, box_id, after, epoch, gone, held_s)
    if found and await head.store.aread(_told_to(box_id), ReaderPool.LIVE) < found[-1].n:
        last = found[-1].n
        noted = head.store.submit(lambda tx: commands.note_told(tx, box_id, last), durable=False)
        await asyncio.wrap_future(noted)
    return found


async def _waited(
    head: Head,
    box_id: str,
    after: int,
    epoch: str | None,
    gone: Callable[[], Awaitable[bool]],
    held_s: float,
) -> Sequence[OfficeCommand]:
    """The commands after that, or none once the question was held open for long. A box whose
    numbering nobody knows yet waits with the others: its first batch says where it comes from.
    """
    loop = asyncio.get_running_loop()
    until_s = loop.time() + held_s
    with head.waiting.bell(box_id) as bell:
        while True:
            bell.clear()
            found: Sequence[OfficeCommand] = ()
            if await _is_believed(head, box_id, epoch):
                await _go_on(head, box_id, after)
                found = await head.store.aread(
                    lambda conn: commands.waiting(conn, box_id, after), ReaderPool.LIVE
                )
            left_s = until_s - loop.time()
            if found or left_s <= 0 or head.waiting.ended:
                return list(found)
            try:
                async with asyncio.timeout(left_s):
                    await bell.wait()
            except TimeoutError:
                continue
            if await gone():
                return []


async def _is_believed(head: Head, box_id: str, epoch: str | None) -> bool:
    """Of two machines that speak as one box only one gets commands, and none while nobody knows
    which is which. False: nothing is known of this numbering yet. Raises ProblemError.
    """
    box, epochs = await head.store.aread(
        lambda conn: (boxes.one(conn, box_id), box_epochs.of_box(conn, box_id)), ReaderPool.LIVE
    )
    if box.conflict:
        raise refusals.held(box.held or "")
    if epoch is None and len(epochs) > 1:
        raise refusals.malformed("“epoch” is missing, and several numberings came as this box")
    standing = epochs.get(epoch or next(iter(epochs), ""))
    if standing is EpochStanding.DISOWNED:
        raise refusals.struck_off()
    if standing is EpochStanding.PAST:
        raise refusals.held("The box was put back from a copy; this is what it was before.")
    return standing is EpochStanding.PRESENT


async def _go_on(head: Head, box_id: str, after: int) -> None:
    """An office that was put back gave its boxes some commands more, never a million."""
    told = await head.store.aread(_told_to(box_id), ReaderPool.LIVE)
    if after <= told:
        return
    if after > told + _MOST_AHEAD:
        raise refusals.malformed("“after” is far beyond what this office ever gave")
    await head.store.awrite(lambda tx: commands.go_on_after(tx, box_id, after))


def _told_to(box_id: str) -> Callable[[sqlite3.Connection], int]:
    return lambda conn: commands.told(conn, box_id)

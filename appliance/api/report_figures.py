"""What pages and JSON API share of reports: counting what is new, and tables as files."""

import csv
import io

from appliance.desk.reports import following
from appliance.desk.reports.asking import Cell, Table
from appliance.store.store import Store

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
AT_ONCE = 2_000
"""Events that are counted for who asks; the thread of the reports counts what is more."""


async def counted(store: Store) -> None:
    """Counts what happened since it was last counted. On a full disk nothing is."""
    if store.keeps and await store.aread(following.is_behind):
        await store.awrite(lambda tx: following.catch_up(tx, most=AT_ONCE))


def csv_of(table: Table, delimiter: str) -> str:
    """As RFC 4180 has it; no cell becomes a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(table.heads)
    writer.writerows([_cell(each) for each in row] for row in table.rows)
    return text.getvalue()


def _cell(cell: Cell) -> str | int | float:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return cell if cell[1:].isdigit() else f"'{cell}"  # a phone number is none
    return "" if cell is None else cell

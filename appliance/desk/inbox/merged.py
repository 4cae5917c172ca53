"""Lists that are asked of several places, each of which an index holds in the order of the list."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from heapq import merge
from itertools import groupby, islice
from typing import Any, TypeAlias

Ask: TypeAlias = tuple[str, Mapping[str, Any]]
"""A statement that gives one column in its order, and its values."""


def first(
    conn: sqlite3.Connection, asks: Iterable[Ask], *, limit: int, descending: bool = False
) -> Sequence[Any]:
    """The first of all that these find, each once; none is read further than that takes."""
    with ExitStack() as stack:
        found = [
            (row[0] for row in stack.enter_context(closing(conn.execute(statement, values))))
            for statement, values in asks
        ]
        every = merge(*found, reverse=descending)
        return [value for value, _ in islice(groupby(every), limit)]

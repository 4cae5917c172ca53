"""For each column of the database its kind of data is known."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store.data_classes import COLUMNS
from appliance.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "balie.db", ManualClock(at_ms=1_000))
    yield opened
    opened.close()


def columns_of_the_schema(store: Store) -> list[str]:
    return store.read(
        lambda conn: [
            f"{row[0]}.{row[1]}"
            for row in conn.execute(
                "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_xinfo(t.name) c"
                " WHERE t.type = 'table' AND t.schema = 'main' AND t.strict = 1"
            )
        ]
    )


def test_every_column_has_one_class(store: Store) -> None:
    """This fails for a new column without a class, and for a class without a column."""
    named = [
        f"{table}.{column}"
        for table, classes in COLUMNS.items()
        for columns in classes.values()
        for column in columns.split()
    ]
    assert [each for each, times in Counter(named).items() if times > 1] == []
    assert sorted(named) == sorted(columns_of_the_schema(store))


def test_every_table_is_strict(store: Store) -> None:
    """So the test above misses no table of ours; SQLite's and the migrations' own are not ours."""
    loose = store.read(
        lambda conn: conn.execute(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
            " AND strict = 0 AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%sqlite_migrations'"
        ).fetchall()
    )
    assert [row[0] for row in loose] == []

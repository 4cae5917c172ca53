"""Of each column of the database it is known what kind of data it holds."""

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
    """A new column without one fails here, and so does one that is gone."""
    named = [
        f"{table}.{column}"
        for table, classes in COLUMNS.items()
        for columns in classes.values()
        for column in columns.split()
    ]
    assert [each for each, times in Counter(named).items() if times > 1] == []
    assert sorted(named) == sorted(columns_of_the_schema(store))


def test_every_table_is_strict(store: Store) -> None:
    """So that none is missed above; SQLite's own and those of the migrations are not ours."""
    loose = store.read(
        lambda conn: conn.execute(
            "SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
            " AND strict = 0 AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%sqlite_migrations'"
        ).fetchall()
    )
    assert [row[0] for row in loose] == []

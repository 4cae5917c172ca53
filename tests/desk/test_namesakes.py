"""A name that somebody chose and the office knows of another: how it is looked for."""

import sqlite3

from appliance.desk.access.sight import Sight
from appliance.desk.contacts import namesakes
from tests.queue.counter import ANNA, Counter


def test_a_namesake_is_looked_for_in_an_index(counter: Counter) -> None:
    """Each page of a thread asks, in a company of fifty thousand people, too."""
    counter.hears("Hoi", ANNA, name="Anna de Wit")
    contact_id = counter.one("SELECT id FROM contact")["id"]
    asked: list[str] = []

    def plans(conn: sqlite3.Connection) -> list[str]:
        conn.set_trace_callback(asked.append)
        namesakes.of(conn, Sight(None), contact_id)
        conn.set_trace_callback(None)
        found = [conn.execute(f"EXPLAIN QUERY PLAN {each}").fetchall() for each in asked]
        return [row["detail"] for rows in found for row in rows]

    said = counter.store.read(plans)
    assert any("contact_sorted" in each for each in said)
    assert not [each for each in said if each.startswith("SCAN")]

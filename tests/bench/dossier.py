"""All that is kept of a person with 5,000 messages, among a million: the package, whole.

The peer is the processor time of the server for it, which a loaded machine does not lengthen.
"""

import io
import json
import time
import zipfile
from contextlib import closing
from pathlib import Path

import httpx

from appliance.clock import SystemClock
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.store.store import Store, Tx
from tests.bench.benchmark import Measured, at_most
from tests.bench.desk_database import FILE
from tests.bench.desk_stage import stage

GROUP = "privacy"
MESSAGES = 5_000
_PATIENCE_S = 120.0


@at_most(5, "s for the file of a person with 5,000 messages (peer: s of the server's processor)")
def dossier_of_a_person() -> Measured:
    """With `dossier.json` and `dossier.pdf`, to the last byte."""
    here = stage()
    with closing(Store(Path(here.server.built.data) / FILE, SystemClock())) as store:
        contact_id = store.write(lambda tx: _write_much(tx, here.server.built.longest))
        token = store.write(
            lambda tx: tokens.add(tx, "officer", scopes=[Scope.PRIVACY_WRITE], branch_id=None)
        )
    here.server.rests()
    before_s, began_s = here.server.cpu_s(), time.perf_counter()
    answer = httpx.get(
        f"{here.server.url}/api/v1/contacts/{contact_id}/dossier",
        headers={"Authorization": f"Bearer {token.token}"},
        timeout=_PATIENCE_S,
    ).raise_for_status()
    took_s = time.perf_counter() - began_s
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        told = json.loads(package.read("dossier.json"))
    if len(told["messages"]) < MESSAGES:
        raise ValueError(f"only {len(told['messages'])} messages stand in it")
    return Measured(value=took_s, peer=here.server.cpu_s() - before_s)


def _write_much(tx: Tx, conversation_id: str) -> str:
    """The conversation gets as many messages more as are missing, each like one of its own, sent
    ones with their try; whose it is.
    """
    count = "SELECT count(*) FROM message WHERE conversation_id = ?"
    while (have := tx.conn.execute(count, (conversation_id,)).fetchone()[0]) < MESSAGES:
        ids = {
            "conversation": conversation_id,
            "most": MESSAGES - have,
            "round": f"{have:06}-",
        }
        tx.conn.execute("PRAGMA defer_foreign_keys = ON")
        tx.conn.execute(_ATTEMPTS, ids)
        tx.conn.execute(_MESSAGES, ids)
    row = tx.conn.execute(
        "SELECT contact_id FROM conversation WHERE id = ?", (conversation_id,)
    ).fetchone()
    return str(row["contact_id"])


_LIKE = "(SELECT * FROM message WHERE conversation_id = :conversation ORDER BY seq LIMIT :most)"
_ATTEMPTS = f"""
INSERT INTO attempt (id, message_id, device_id, channel, started_ms, tapped_ms, ended_ms, outcome)
SELECT :round || a.id, :round || a.message_id, a.device_id, a.channel, a.started_ms, a.tapped_ms,
  a.ended_ms, a.outcome
FROM {_LIKE} m JOIN attempt a ON a.message_id = m.id WHERE a.ended_ms IS NOT NULL
"""  # noqa: S608 -- our own words
_MESSAGES = f"""
INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme, direction, class,
  channel, text, state, reason, staff_id, sender_name, created_ms, happened_ms, written_ms, sent_ms,
  delivered_ms, read_ms)
SELECT :round || id, conversation_id, line_id, contact_id, value, scheme, direction, class, channel,
  text, iif(direction = 'in', 'received', 'sent'), NULL, staff_id, sender_name, created_ms,
  happened_ms, written_ms, sent_ms, delivered_ms, read_ms FROM {_LIKE}
"""  # noqa: S608 -- our own words

"""How many messages are in each state, counted once and then kept true by the event log.

Each change of a state is an event in the same transaction, so a later reading looks only at the
events since the one before it.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping

from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.store import events


class MessageCounts:
    """Of one database, from one process's first reading on. One thread at a time may read."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()
        self._seq: int | None = None

    def read(self, conn: sqlite3.Connection) -> Mapping[MessageState, int]:
        """States in which there is none are left out. `conn` is in a transaction, so that counts
        and events are of the same moment.
        """
        head = events.last_seq(conn)
        if self._seq is None:
            self._counted = Counter(dict(conn.execute(_ALL).fetchall()))
        else:
            changes = conn.execute(_CHANGES, {"seq": self._seq}).fetchall()
            for before, after, count in changes:
                self._counted[after] += count
                self._counted[before] -= count
        self._seq = head
        return {each: found for each in MessageState if (found := self._counted[each.value])}


# Both are read from an index alone.
_ALL = """
SELECT state, sum(count) FROM (
  SELECT state, count(*) AS count FROM message INDEXED BY message_listed
  WHERE state NOT IN ('queued', 'sending', 'unconfirmed') GROUP BY substr(line_id, -6), state
  UNION ALL
  SELECT state, count(*) FROM message INDEXED BY message_waiting
  WHERE state IN ('queued', 'sending', 'unconfirmed') GROUP BY state)
GROUP BY state
"""

# A message begins in no state: what is subtracted from that one is never read. What was taken over
# from a phone has no event of its own.
_CHANGES = f"""
SELECT e.facts ->> 'from',
  iif(k.name = '{EventKind.MESSAGE_RECEIVED.value}', '{MessageState.RECEIVED.value}',
   e.facts ->> 'to'),
  count(*)
FROM event e JOIN event_kind k ON k.code = e.kind
WHERE e.seq > :seq
AND k.name IN ('{EventKind.MESSAGE_RECEIVED.value}', '{EventKind.MESSAGE_STATE.value}')
GROUP BY 1, 2
UNION ALL
SELECT NULL, state.value, sum(e.facts ->> state.key)
FROM event e JOIN event_kind k ON k.code = e.kind
CROSS JOIN json_each('{{"came": "{MessageState.RECEIVED.value}",
  "went": "{MessageState.SENT.value}"}}') state
WHERE e.seq > :seq AND k.name = '{EventKind.CONVERSATION_ADOPTED.value}'
GROUP BY 2
"""  # noqa: S608 -- our own words

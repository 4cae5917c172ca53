-- What the office notes in a replica, in the transaction of what it takes in. The rest of a replica
-- is a copy, so nothing in it is counted, followed or guarded by triggers: the box did that. Rows
-- come in any order and are taken away again, those of append-only tables, too.

CREATE TABLE replica_link (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  epoch     TEXT NOT NULL,
  cursor    INTEGER NOT NULL,                   -- everything up to here is in
  directory INTEGER NOT NULL DEFAULT 0,         -- grows whenever branches or lines changed
  past      TEXT NOT NULL DEFAULT '[]',         -- JSON: epochs before it, by restores
  happened  TEXT                                -- JSON: what the box of before said beyond the copy
) STRICT;

-- Conversations in the order in which they last changed.
CREATE TABLE replica_touched (
  n               INTEGER PRIMARY KEY,
  conversation_id TEXT NOT NULL UNIQUE
) STRICT;

-- What a newer box told and this office does not understand yet.
CREATE TABLE replica_unknown (
  what  TEXT NOT NULL,                          -- `event`, or the name of a table
  of    TEXT NOT NULL,                          -- the event's sequence, or what the slice is of
  told  TEXT NOT NULL,                          -- JSON
  PRIMARY KEY (what, of)
) STRICT, WITHOUT ROWID;

DROP TRIGGER consent_is_append_only_update;
DROP TRIGGER consent_is_append_only_delete;
DROP TRIGGER event_is_append_only_update;
DROP TRIGGER event_is_append_only_delete;
DROP TRIGGER reading_is_append_only_update;
DROP TRIGGER reading_is_append_only_delete;
DROP TRIGGER wording_is_append_only_update;
DROP TRIGGER wording_is_append_only_delete;
DROP TRIGGER smsgate_counts_new;
DROP TRIGGER smsgate_counts_moved;
DROP TRIGGER smsgate_follows;

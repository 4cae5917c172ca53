-- Other software that is told what happens: who wants to know what, and what became of each telling.

-- A key that a program and Balie both have, sealed; NULL until the next start.
ALTER TABLE api_token ADD COLUMN signing_key TEXT;

CREATE TABLE webhook (
  id               TEXT PRIMARY KEY,
  dialect          TEXT NOT NULL,                 -- how it is told; `relay/` knows the names
  token_id         TEXT REFERENCES api_token (id),
  staff_id         TEXT REFERENCES staff (id),    -- who made it on the page
  branch_id        TEXT REFERENCES branch (id),   -- NULL: every branch
  line_id          TEXT REFERENCES line (id),     -- NULL: every line
  external_id      TEXT,                          -- as the program itself names it
  url              TEXT NOT NULL,
  events           TEXT NOT NULL,                 -- JSON, names and wildcards
  content          TEXT NOT NULL CHECK (content IN ('ids', 'full')),
  options          TEXT NOT NULL DEFAULT '{}',    -- JSON, of the dialect
  enabled          INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  off_why          TEXT,                          -- 'person', 'gone', 'failing'
  secret           TEXT,                          -- sealed; NULL: signed with the token's key
  previous         TEXT,                          -- sealed; of before the last change
  previous_ends_ms INTEGER,
  failing_ms       INTEGER,                       -- since when nothing arrived; NULL: it does
  created_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX webhook_external ON webhook (dialect, token_id, external_id);
CREATE INDEX webhook_token ON webhook (token_id);

-- How far the log was followed for each: apart, because it changes all the time.
CREATE TABLE webhook_cursor (
  webhook_id TEXT PRIMARY KEY REFERENCES webhook (id) ON DELETE CASCADE,
  event_seq  INTEGER NOT NULL,
  moves      INTEGER NOT NULL DEFAULT 0           -- how often somebody put it elsewhere
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_delivery (
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,                -- what the receiver knows it by
  webhook_id TEXT NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
  event_seq  INTEGER NOT NULL,
  part       TEXT NOT NULL,                       -- where one event is told in several
  type       TEXT NOT NULL,
  lane       TEXT NOT NULL,                       -- what is told in order
  message_id TEXT,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
  due_ms     INTEGER NOT NULL,                    -- 0: at once
  tries      INTEGER NOT NULL DEFAULT 0,
  body       BLOB,                                -- what was sent, while it is tried again
  attempts   TEXT NOT NULL DEFAULT '[]',          -- JSON
  created_ms INTEGER NOT NULL,
  ended_ms   INTEGER
) STRICT;
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, due_ms, seq)
  WHERE state = 'pending';
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, seq);
CREATE INDEX webhook_delivery_ended ON webhook_delivery (ended_ms) WHERE ended_ms IS NOT NULL;
CREATE INDEX webhook_delivery_body ON webhook_delivery (message_id) WHERE body IS NOT NULL;

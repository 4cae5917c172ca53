-- The chats that a phone had before Balie came, and how far the walk along them has come.

-- NULL: Balie saw it come or go itself. 1: read from a phone; 0: so, and its day did not show.
ALTER TABLE message ADD COLUMN imported INTEGER CHECK (imported IN (0, 1));

CREATE TABLE adoption (
  id            TEXT PRIMARY KEY,
  line_id       TEXT NOT NULL REFERENCES line (id),
  device_id     TEXT NOT NULL REFERENCES device (id),
  state         TEXT NOT NULL CHECK (state IN ('walking', 'paused', 'stopped', 'done')),
  staff_id      TEXT REFERENCES staff (id),     -- who began it; NULL: the command line
  listed_ms     INTEGER,                        -- when the list was read; NULL: it has yet to be
  tries         INTEGER NOT NULL DEFAULT 0,     -- of the list, in vain
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  created_ms    INTEGER NOT NULL,
  ended_ms      INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX adoption_open ON adoption (line_id) WHERE state IN ('walking', 'paused');
CREATE INDEX adoption_line ON adoption (line_id, id);

-- One chat of the list; `value` and `scheme` NULL: whose it is is not known.
CREATE TABLE adoption_chat (
  id          TEXT PRIMARY KEY,
  adoption_id TEXT NOT NULL REFERENCES adoption (id),
  place       INTEGER NOT NULL,                 -- in the list, from its top
  name        TEXT NOT NULL,                    -- as the list shows it
  last_day    TEXT,                             -- ISO; of its last message, where the list tells it
  value       TEXT,
  scheme      TEXT,
  fate        TEXT NOT NULL CHECK (fate IN (
                'waiting', 'adopted', 'stopped', 'closed', 'group', 'unknown', 'alike', 'failed')),
  tries       INTEGER NOT NULL DEFAULT 0,
  came        INTEGER NOT NULL DEFAULT 0,       -- messages taken over that they wrote
  went        INTEGER NOT NULL DEFAULT 0,       -- … and that were written to them
  whole       INTEGER NOT NULL DEFAULT 0 CHECK (whole IN (0, 1)), -- its beginning was seen
  read_ms     INTEGER,
  CHECK ((value IS NULL) = (scheme IS NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX adoption_chat_place ON adoption_chat (adoption_id, place);
CREATE INDEX adoption_chat_read ON adoption_chat (read_ms) WHERE read_ms IS NOT NULL;

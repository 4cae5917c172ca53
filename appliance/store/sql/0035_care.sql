-- What of a message should not be kept: the kind alone, never the value.
CREATE TABLE care_mark (
  message_id TEXT NOT NULL REFERENCES message (id),
  kind       TEXT NOT NULL CHECK (kind IN ('bsn', 'bank', 'identity', 'health')),
  branch_id  TEXT NOT NULL REFERENCES branch (id),
  state      TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'none', 'removed')),
  hidden     INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)), -- at once, by the branch's rule
  opened_ms  INTEGER,                           -- since then it is hidden no more
  at_ms      INTEGER NOT NULL,
  ended_ms   INTEGER,
  staff_id   TEXT REFERENCES staff (id),        -- who ended it
  PRIMARY KEY (message_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX care_mark_branch ON care_mark (branch_id, at_ms);

-- How many times somebody removed words that may not stay in the index either, since its parts were
-- last brought together.
ALTER TABLE search_progress ADD COLUMN merges INTEGER NOT NULL DEFAULT 0;

-- What was removed may still stand on the screen of a phone: so its words are known again for a few
-- days, by what stands for them under the key of the house.
CREATE TABLE care_gone (
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  stands_for      TEXT NOT NULL,
  written_ms      INTEGER NOT NULL,
  until_ms        INTEGER NOT NULL,
  PRIMARY KEY (conversation_id, stands_for, written_ms)
) STRICT, WITHOUT ROWID;

-- What is to be taken off a phone. `whose` is sealed, and empty as soon as it is over; so is what
-- stands for it, by which the same one is found without opening any.
CREATE TABLE phone_removal (
  id            TEXT PRIMARY KEY,
  line_id       TEXT NOT NULL REFERENCES line (id),
  device_id     TEXT NOT NULL REFERENCES device (id),
  channel       TEXT NOT NULL,
  what          TEXT NOT NULL CHECK (what IN ('chat', 'message')),
  whose         BLOB,
  stands_for    TEXT,
  message_id    TEXT REFERENCES message (id),   -- of a single message
  written_ms    INTEGER,                        -- when it was written
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'doing', 'person', 'done', 'withdrawn')),
  reason        TEXT,                           -- why a person has to do it
  tries         INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  tapped_ms     INTEGER,                        -- from here it may have happened
  staff_id      TEXT REFERENCES staff (id),     -- who did it by hand
  created_ms    INTEGER NOT NULL,
  ended_ms      INTEGER,
  CHECK ((whose IS NULL) = (state IN ('done', 'withdrawn'))),
  CHECK ((whose IS NULL) = (stands_for IS NULL)),
  CHECK ((ended_ms IS NULL) = (state NOT IN ('done', 'withdrawn')))
) STRICT, WITHOUT ROWID;
CREATE INDEX phone_removal_open ON phone_removal (device_id, id)
  WHERE state IN ('waiting', 'doing', 'person');
CREATE INDEX phone_removal_same ON phone_removal (stands_for, device_id)
  WHERE stands_for IS NOT NULL;

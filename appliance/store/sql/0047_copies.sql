-- Where copies are kept, and what became of the last try to bring one there.
CREATE TABLE copy_place (
  place      TEXT PRIMARY KEY CHECK (place IN ('box', 'stick', 'sftp')),
  made_ms    INTEGER,                             -- the moment that the newest copy there shows
  copied_ms  INTEGER,                             -- when it came there
  name       TEXT,
  bytes      INTEGER,
  sha256     TEXT,                                -- of the file, as it was read back
  kept       INTEGER NOT NULL DEFAULT 0,          -- how many are there
  began_ms   INTEGER NOT NULL,                    -- since when copies are to come there
  tried_ms   INTEGER,
  failed     TEXT,                                -- why the last try brought nothing, as a code
  note       TEXT                                 -- what a program or server said of it
) STRICT, WITHOUT ROWID;

-- The last time that the newest copy was opened, checked and counted.
CREATE TABLE copy_drill (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  at_ms      INTEGER NOT NULL,
  name       TEXT NOT NULL,
  made_ms    INTEGER NOT NULL,                    -- the moment that this copy shows
  messages   INTEGER,
  people     INTEGER,
  files      INTEGER,
  failed     TEXT,                                -- why it cannot be put back, as a code
  note       TEXT
) STRICT;

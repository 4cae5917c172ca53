-- What was written is taken out as files that a judge or a program can read, by jobs.

-- NULL in both staff_id and token_id: the quarter's. `name` is the file's, in the folder `exports`
-- of the data directory or in the company's own; of an archive that is gone it stays, with its hash.
CREATE TABLE archive (
  id              TEXT PRIMARY KEY,
  staff_id        TEXT REFERENCES staff (id),
  token_id        TEXT REFERENCES api_token (id),
  line_id         TEXT REFERENCES line (id),
  contact_id      TEXT,
  conversation_id TEXT,
  quarter         TEXT,                         -- 2026-Q3, of what the clock asked for
  from_ms         INTEGER NOT NULL,
  until_ms        INTEGER NOT NULL,             -- the first moment after it
  format          TEXT NOT NULL CHECK (format IN ('pdf', 'json', 'zip')),
  language        TEXT NOT NULL,
  state           TEXT NOT NULL DEFAULT 'queued'
                  CHECK (state IN ('queued', 'running', 'complete', 'failed', 'expired')),
  created_ms      INTEGER NOT NULL,
  ended_ms        INTEGER,
  tries           INTEGER NOT NULL DEFAULT 0,   -- how often it was begun
  messages        INTEGER,                      -- how many there are, once they are counted
  done            INTEGER NOT NULL DEFAULT 0,   -- how many are written
  name            TEXT,
  bytes           INTEGER,
  sha256          TEXT,
  chain           TEXT,                         -- the last hash of its chain
  expires_ms      INTEGER,                      -- when the file goes; NULL: it stays
  why             TEXT,                         -- of one that failed: a code
  CHECK ((line_id IS NOT NULL) + (contact_id IS NOT NULL) + (conversation_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX archive_open ON archive (created_ms) WHERE state IN ('queued', 'running');
CREATE INDEX archive_kept ON archive (expires_ms) WHERE state = 'complete';
CREATE INDEX archive_sha256 ON archive (sha256) WHERE sha256 IS NOT NULL;
CREATE UNIQUE INDEX archive_quarter ON archive (line_id, quarter) WHERE quarter IS NOT NULL;

-- What lies in the file: who sees one of these less may not have it. Nothing refers to conversation
-- and contact, because a joining of contacts takes conversations away.
CREATE TABLE archive_part (
  archive_id      TEXT NOT NULL REFERENCES archive (id),
  conversation_id TEXT NOT NULL,
  branch_id       TEXT NOT NULL REFERENCES branch (id),
  contact_id      TEXT,                         -- NULL: a group
  PRIMARY KEY (archive_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_part_contact ON archive_part (contact_id) WHERE contact_id IS NOT NULL;

-- Where each quarter's archives go; NULL: nowhere.
CREATE TABLE archive_house (
  id          INTEGER PRIMARY KEY CHECK (id = 1),
  folder      TEXT,
  format      TEXT NOT NULL DEFAULT 'zip' CHECK (format IN ('pdf', 'json', 'zip')),
  language    TEXT NOT NULL DEFAULT 'nl'
) STRICT;
INSERT INTO archive_house (id) VALUES (1);

-- The office's own tables in office.db, beside those of every Balie. A script is never edited after
-- it has landed. No table here refers to one of a box's: what a box tells may come in any order.

CREATE TABLE box (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  key           BLOB NOT NULL,                  -- its public key, Ed25519
  version       TEXT NOT NULL,
  epoch         TEXT NOT NULL,                  -- the one that is believed
  fresh_epoch   TEXT,                           -- its replica is to be made anew from this one
  cursor        INTEGER NOT NULL DEFAULT 0,     -- as last noted; the replica knows it for certain
  seen_ms       INTEGER,                        -- when it last asked for anything
  clock_off_ms  INTEGER NOT NULL DEFAULT 0,     -- by how much its clock is ahead of the office's
  address       TEXT,                           -- what browsers open at the box
  privacy       TEXT NOT NULL,                  -- its own choice
  facts         TEXT NOT NULL DEFAULT '{}',     -- JSON: what it last told of itself
  held          TEXT,                           -- why nothing is taken from it; NULL: it is
  held_ms       INTEGER,
  conflict      INTEGER NOT NULL DEFAULT 0 CHECK (conflict IN (0, 1)),
  number_twice  INTEGER NOT NULL DEFAULT 0 CHECK (number_twice IN (0, 1)),
  alarm         TEXT,                           -- what somebody should look at
  next_n        INTEGER NOT NULL DEFAULT 1,     -- of its next command
  joined_ms     INTEGER NOT NULL,
  struck_off_ms INTEGER,
  CHECK ((held IS NULL) = (held_ms IS NULL)),
  CHECK (conflict = 0 OR held IS NOT NULL)
) STRICT;

-- Every numbering that came under this identity.
CREATE TABLE box_epoch (
  box_id   TEXT NOT NULL REFERENCES box (id),
  epoch    TEXT NOT NULL,
  standing TEXT NOT NULL CHECK (standing IN ('present', 'past', 'strange', 'disowned')),
  since_ms INTEGER NOT NULL,
  PRIMARY KEY (box_id, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE box_credential (
  hash        TEXT PRIMARY KEY,
  box_id      TEXT NOT NULL REFERENCES box (id),
  made_ms     INTEGER NOT NULL,
  renew_by_ms INTEGER NOT NULL,
  used_ms     INTEGER                           -- NULL: not yet, so the one of before holds, too
) STRICT, WITHOUT ROWID;
CREATE INDEX box_credential_of ON box_credential (box_id);

CREATE TABLE invitation (
  hash       TEXT PRIMARY KEY,                  -- of its secret
  branch     TEXT,                              -- what the box is to be called; NULL: as it says
  made_ms    INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms    INTEGER,
  box_id     TEXT REFERENCES box (id)
) STRICT, WITHOUT ROWID;

-- Whose a branch or a line is: no other box may tell of it.
CREATE TABLE box_thing (
  id     TEXT PRIMARY KEY,
  box_id TEXT NOT NULL REFERENCES box (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX box_thing_of ON box_thing (box_id);

-- What is asked of a box, until it says that it was done or why not. What it has to say stays a
-- little longer, without the words.
CREATE TABLE command (
  seq             INTEGER PRIMARY KEY AUTOINCREMENT,
  box_id          TEXT NOT NULL REFERENCES box (id),
  n               INTEGER NOT NULL,
  id              TEXT NOT NULL UNIQUE,
  kind            TEXT NOT NULL,
  body            TEXT NOT NULL,                -- JSON
  asked_by        TEXT NOT NULL,                -- JSON
  message_id      TEXT,                         -- that it is about
  conversation_id TEXT,
  made_ms         INTEGER NOT NULL,
  expires_ms      INTEGER,
  outcome         TEXT CHECK (outcome IN ('done', 'refused')), -- NULL: open
  why             TEXT,
  over_ms         INTEGER,
  UNIQUE (box_id, n),
  CHECK ((outcome IS NULL) = (over_ms IS NULL))
) STRICT;
CREATE INDEX command_open ON command (box_id, n) WHERE outcome IS NULL;
CREATE INDEX command_message ON command (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX command_conversation ON command (conversation_id, seq)
  WHERE conversation_id IS NOT NULL AND outcome IS NULL;
CREATE INDEX command_over ON command (over_ms) WHERE outcome IS NOT NULL;

-- One row a conversation of every box: what lists are made of. Ids, times and states only; who it
-- is and what they wrote stands in the replica, as far as it may.
CREATE TABLE work_list (
  conversation_id TEXT PRIMARY KEY,
  box_id          TEXT NOT NULL REFERENCES box (id),
  branch_id       TEXT NOT NULL,
  line_id         TEXT NOT NULL,
  contact_id      TEXT,
  group_id        TEXT,
  last_ms         INTEGER NOT NULL,
  last_in_ms      INTEGER,
  waiting_ms      INTEGER,
  news_id         TEXT,
  news_ms         INTEGER,
  assignee_id     TEXT,
  done_ms         INTEGER,
  returns         TEXT,
  returns_ms      INTEGER,
  not_arrived     INTEGER NOT NULL DEFAULT 0,   -- so many messages
  labels          TEXT NOT NULL DEFAULT '[]'    -- JSON: their ids
) STRICT, WITHOUT ROWID;
CREATE INDEX work_list_latest ON work_list (branch_id, last_ms, conversation_id);
CREATE INDEX work_list_waiting ON work_list (branch_id, waiting_ms, conversation_id)
  WHERE waiting_ms IS NOT NULL;
CREATE INDEX work_list_mine ON work_list (assignee_id, last_ms) WHERE assignee_id IS NOT NULL;
CREATE INDEX work_list_of ON work_list (box_id);
CREATE INDEX work_list_line ON work_list (line_id);

-- How far the office has followed each replica.
CREATE TABLE follow_place (
  box_id    TEXT PRIMARY KEY REFERENCES box (id),
  epoch     TEXT NOT NULL,
  event_seq INTEGER NOT NULL,
  touched   INTEGER NOT NULL,                   -- of the replica's `replica_touched`
  directory INTEGER NOT NULL                    -- of the replica's `replica_link`
) STRICT, WITHOUT ROWID;

CREATE TABLE office_setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The colleagues that a box was last told of.
CREATE TABLE box_staff (
  box_id  TEXT PRIMARY KEY REFERENCES box (id),
  version INTEGER NOT NULL,
  hash    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

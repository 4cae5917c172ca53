-- The link of this box with head office: what was agreed, and how far both sides are.
CREATE TABLE office_link (
  id             INTEGER PRIMARY KEY CHECK (id = 1),
  url            TEXT NOT NULL,
  authority      TEXT NOT NULL,                 -- PEM; empty: plain http on this machine
  box            TEXT NOT NULL,                 -- what the office calls this box
  office_key     BLOB NOT NULL,                 -- Ed25519, of the office
  hash_key       BLOB NOT NULL,                 -- makes what stands for people and numbers there
  privacy        TEXT NOT NULL                  -- what this box tells at most
                 CHECK (privacy IN ('all', 'on_demand', 'figures')),
  office_privacy TEXT NOT NULL                  -- … and what the office wants to have at most
                 CHECK (office_privacy IN ('all', 'on_demand', 'figures')),
  told_privacy   TEXT,                          -- as which all was told; NULL: not all yet
  rows_to_seq    INTEGER NOT NULL DEFAULT 0,    -- events up to it need no rows
  epoch          TEXT,                          -- of the log that was told; NULL: none yet
  event_seq      INTEGER NOT NULL DEFAULT 0,    -- the office has everything up to it
  command_n      INTEGER NOT NULL DEFAULT 0,    -- the last command that came
  staff_version  INTEGER NOT NULL DEFAULT 0,
  renew_by_ms    INTEGER NOT NULL,              -- a new credential is asked for before
  joined_ms      INTEGER NOT NULL,
  seen_ms        INTEGER,                       -- when the office last answered
  held           TEXT,                          -- why the office takes nothing more
  struck_off_ms  INTEGER,                       -- since then the office knows this box no more
  unsettled      INTEGER NOT NULL DEFAULT 0     -- a copy was put back, and what
                 CHECK (unsettled IN (0, 1))    -- happened since the office has yet to say
) STRICT;

-- What the office asked for, and became of it, so that nothing is done twice.
CREATE TABLE office_command (
  id      TEXT PRIMARY KEY,
  n       INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
  why     TEXT,                                 -- a code, of one that was refused
  at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Colleagues whom the office sent down: who is left out of its next list may nothing here any more.
CREATE TABLE office_staff (
  staff_id TEXT PRIMARY KEY REFERENCES staff (id)
) STRICT, WITHOUT ROWID;

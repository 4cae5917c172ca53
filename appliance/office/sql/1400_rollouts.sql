-- An update of all boxes, ring by ring: one box, ten more, all others. One of them at a time is
-- under way, or stands still until somebody decides.
CREATE TABLE rollout (
  id         TEXT PRIMARY KEY,
  version    TEXT,                              -- NULL: the newest that the first box finds
  asked_by   TEXT NOT NULL,                     -- JSON
  state      TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'ended', 'over')),
  ring       INTEGER NOT NULL,                  -- that is being updated
  began_ms   INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL                   -- when its state or its ring last changed
) STRICT;

CREATE TABLE rollout_box (
  rollout_id   TEXT NOT NULL REFERENCES rollout (id),
  box_id       TEXT NOT NULL REFERENCES box (id),
  place        INTEGER NOT NULL,
  ring         INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'asked', 'good', 'ill', 'left')),
  before       TEXT,                            -- the version that it ran when it was asked
  alarm_before TEXT,
  command_id   TEXT,
  asked_ms     INTEGER,
  arrived_ms   INTEGER,                         -- since when it runs the other version
  why          TEXT,                            -- it is ill, or good without an update: a code
  PRIMARY KEY (rollout_id, box_id)
) STRICT, WITHOUT ROWID;

-- E-mail that tells colleagues who waits and what is wrong: what each wants, what each was told, and
-- what is to be told.
CREATE TABLE mail_choice (
  staff_id TEXT PRIMARY KEY REFERENCES staff (id),
  settings TEXT NOT NULL                          -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE mail_told (
  staff_id TEXT NOT NULL REFERENCES staff (id),
  about    TEXT NOT NULL,                         -- the id of a branch, or 'incidents'
  told_ms  INTEGER NOT NULL,
  PRIMARY KEY (staff_id, about)
) STRICT, WITHOUT ROWID;

-- Incidents that somebody is to be mailed of.
CREATE TABLE mail_incident (
  staff_id    TEXT NOT NULL REFERENCES staff (id),
  event_seq   INTEGER NOT NULL,
  incident_id TEXT NOT NULL,
  happened_ms INTEGER NOT NULL,
  PRIMARY KEY (staff_id, event_seq)
) STRICT, WITHOUT ROWID;

-- How far the log was followed; without a row it is followed from now on.
CREATE TABLE mail_follow (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  event_seq INTEGER NOT NULL
) STRICT;

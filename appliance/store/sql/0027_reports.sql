-- What reports are made of, counted from the event log as it grows: see desk/reports/. It is small
-- beside the messages, and names nobody outside the office.

-- What happened on a line on one day of its branch; the same for each colleague who had a part in it,
-- and under each label. `who` is a colleague's or a label's id; '' of a line, and among the colleagues
-- for programs.
CREATE TABLE report_day (
  by_what      TEXT NOT NULL CHECK (by_what IN ('line', 'staff', 'label')),
  line_id      TEXT NOT NULL REFERENCES line (id),
  day          TEXT NOT NULL,                     -- YYYY-MM-DD in the zone of the branch
  who          TEXT NOT NULL,
  came         TEXT NOT NULL DEFAULT '',          -- a letter a message: its hour, A is midnight
  went         TEXT NOT NULL DEFAULT '',
  by_itself    INTEGER NOT NULL DEFAULT 0,        -- of what went: by a rule, or to a list
  answers      TEXT NOT NULL DEFAULT '',          -- a letter an answer: how long it took
  answers_shut TEXT NOT NULL DEFAULT '',          -- … of waits that began outside office hours
  cases        TEXT NOT NULL DEFAULT '',          -- from the first message to *done*, likewise
  cases_shut   TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (by_what, who, line_id, day)
) STRICT, WITHOUT ROWID;

-- A conversation as far as it was followed; one that has long been quiet has no row.
CREATE TABLE report_case (
  conversation_id TEXT PRIMARY KEY,
  line_id         TEXT NOT NULL,
  opened_ms       INTEGER NOT NULL,
  last_ms         INTEGER NOT NULL,
  waiting_ms      INTEGER,                        -- NULL: nobody waits
  done_ms         INTEGER,
  done_by         TEXT,
  labels          TEXT NOT NULL DEFAULT '[]'      -- JSON: the ids under which it is counted
) STRICT, WITHOUT ROWID;
CREATE INDEX report_case_last ON report_case (last_ms) WHERE waiting_ms IS NULL AND labels = '[]';

-- How full the windows of a line's SIMs were on a day that is over: see queue/study/report.py.
CREATE TABLE report_sends (
  line_id        TEXT NOT NULL REFERENCES line (id),
  day            TEXT NOT NULL,
  sent           INTEGER NOT NULL,
  replies        INTEGER NOT NULL,
  minute         INTEGER NOT NULL,                -- the most in one
  minute_ceiling INTEGER NOT NULL,
  hour           INTEGER NOT NULL,
  hour_ceiling   INTEGER NOT NULL,
  begun          INTEGER NOT NULL,                -- in twenty-four hours, without answers
  begun_ceiling  INTEGER NOT NULL,
  PRIMARY KEY (line_id, day)
) STRICT, WITHOUT ROWID;

-- How far the log was followed (NULL: the past is still to be counted, by the one that is named, where
-- one has begun), the last day of which the
-- windows were looked at, and whether the company wants figures of each colleague.
CREATE TABLE report_house (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  event_seq  INTEGER,
  counting   TEXT,
  sends_day  TEXT,
  per_person INTEGER NOT NULL DEFAULT 0 CHECK (per_person IN (0, 1))
) STRICT;
INSERT INTO report_house (id, event_seq)
SELECT 1, iif(EXISTS (SELECT 1 FROM message), NULL, coalesce(max(seq), 0)) FROM event;

-- Notifications while no page is open: who wants them when, which browsers, and what is to be told.

CREATE TABLE notice_choice (
  staff_id TEXT PRIMARY KEY REFERENCES staff (id),
  settings TEXT NOT NULL                          -- JSON
) STRICT, WITHOUT ROWID;

-- A browser that is told. It ends with the log-out of the session that it was last seen in.
CREATE TABLE push_subscription (
  id           TEXT PRIMARY KEY,
  staff_id     TEXT NOT NULL REFERENCES staff (id),
  session_hash TEXT NOT NULL,
  endpoint     TEXT NOT NULL UNIQUE,              -- at the browser's push service; secret
  public_key   TEXT NOT NULL,
  secret       TEXT NOT NULL,
  language     TEXT NOT NULL,
  seen_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX push_subscription_staff ON push_subscription (staff_id);

CREATE TABLE push_notice (
  subscription_id TEXT NOT NULL REFERENCES push_subscription (id),
  conversation_id TEXT NOT NULL REFERENCES conversation (id),
  began_ms        INTEGER NOT NULL,
  due_ms          INTEGER NOT NULL,
  tries           INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subscription_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX push_notice_due ON push_notice (due_ms);

-- What the house chose, and how far the log was followed.
CREATE TABLE push_house (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  is_on      INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  shows_text INTEGER NOT NULL CHECK (shows_text IN (0, 1)),
  contact    TEXT NOT NULL,                       -- where a push service may reach the house
  event_seq  INTEGER NOT NULL
) STRICT;
INSERT INTO push_house (id, is_on, shows_text, contact, event_seq) VALUES (1, 0, 0, '', 0);

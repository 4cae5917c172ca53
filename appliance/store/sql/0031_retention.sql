-- How long is kept what people wrote and were sent, of whom all is kept, and what each run let go.

-- Since when they stand so with the agency; NULL: since they are known.
ALTER TABLE contact ADD COLUMN state_ms INTEGER;

-- A dispute: nothing of this person is let go or erased. Those that have ended stay.
CREATE TABLE hold (
  id         TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  reason     TEXT NOT NULL,
  since_ms   INTEGER NOT NULL,
  until_ms   INTEGER,                           -- when it ends by itself; NULL: it does not
  staff_id   TEXT REFERENCES staff (id),
  token_id   TEXT REFERENCES api_token (id),
  ended_ms   INTEGER,
  ended_by   TEXT REFERENCES staff (id)         -- NULL: time, or software
) STRICT;
CREATE UNIQUE INDEX hold_open ON hold (contact_id) WHERE ended_ms IS NULL;
CREATE INDEX hold_of ON hold (contact_id, since_ms);

-- What the company said; `terms` is JSON, see store/terms.py. NULL: nothing yet, so all is kept.
CREATE TABLE retention_house (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  terms    TEXT,
  staff_id TEXT REFERENCES staff (id),
  token_id TEXT REFERENCES api_token (id),
  saved_ms INTEGER
) STRICT;
INSERT INTO retention_house (id) VALUES (1);

-- One walk along all that is kept; after a kill it goes on at `place`.
CREATE TABLE retention_run (
  id         TEXT PRIMARY KEY,
  state      TEXT NOT NULL CHECK (state IN ('running', 'done')),
  staff_id   TEXT REFERENCES staff (id),        -- who asked for it; all NULL: the night
  token_id   TEXT REFERENCES api_token (id),
  terms      TEXT NOT NULL,                     -- JSON, as they were when it began
  place      TEXT NOT NULL DEFAULT '{}',        -- JSON: how far it is
  begun_ms   INTEGER NOT NULL,
  ended_ms   INTEGER,
  messages   INTEGER NOT NULL DEFAULT 0,        -- whose text went
  people     INTEGER NOT NULL DEFAULT 0,        -- with whom these were exchanged
  media      INTEGER NOT NULL DEFAULT 0,
  bytes      INTEGER NOT NULL DEFAULT 0,        -- of the files that went with them
  notes      INTEGER NOT NULL DEFAULT 0,
  evidence   INTEGER NOT NULL DEFAULT 0,        -- attempts
  calls      INTEGER NOT NULL DEFAULT 0,
  readings   INTEGER NOT NULL DEFAULT 0,
  steps      INTEGER NOT NULL DEFAULT 0,        -- transactions
  busy_ms    INTEGER NOT NULL DEFAULT 0,        -- all of them together
  longest_ms INTEGER NOT NULL DEFAULT 0,
  freed      INTEGER NOT NULL DEFAULT 0         -- bytes by which the file is smaller
) STRICT;
CREATE UNIQUE INDEX retention_run_open ON retention_run (state) WHERE state = 'running';

-- The people of the run that is under way, each counted once.
CREATE TABLE retention_met (
  run_id     TEXT NOT NULL REFERENCES retention_run (id),
  contact_id TEXT NOT NULL,
  PRIMARY KEY (run_id, contact_id)
) STRICT, WITHOUT ROWID;

-- Up to when a conversation has nothing left to let go, so that nobody looks there again.
CREATE TABLE retention_place (
  conversation_id TEXT PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
  texts_ms        INTEGER NOT NULL DEFAULT 0,
  media_ms        INTEGER NOT NULL DEFAULT 0,
  evidence_ms     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
-- What comes into a conversation later and is older, from a phone's past or from another one.
CREATE TRIGGER retention_place_imported AFTER INSERT ON message WHEN new.imported IS NOT NULL
BEGIN
  UPDATE retention_place SET texts_ms = min(texts_ms, new.happened_ms),
    media_ms = min(media_ms, new.happened_ms), evidence_ms = min(evidence_ms, new.happened_ms)
  WHERE conversation_id = new.conversation_id;
END;
CREATE TRIGGER retention_place_moved AFTER UPDATE OF conversation_id, happened_ms ON message
BEGIN
  UPDATE retention_place SET texts_ms = min(texts_ms, new.happened_ms),
    media_ms = min(media_ms, new.happened_ms), evidence_ms = min(evidence_ms, new.happened_ms)
  WHERE conversation_id = new.conversation_id;
END;

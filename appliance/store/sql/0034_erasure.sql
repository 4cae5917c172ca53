-- What is forgotten: files that have to go, and the erasure of a person.

-- Files that no row names any more. They are noted in the transaction that empties the rows, so a
-- crash leaves none behind; a row goes when its file is gone.
CREATE TABLE file_left (
  kind TEXT NOT NULL CHECK (kind IN ('media', 'evidence')),
  name TEXT NOT NULL,                           -- the hash of the content; the id of the attempt
  noted_ns INTEGER NOT NULL,                    -- by the machine's clock: what came later stays
  PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- A person whose data are erased. The contact stays as an id that nobody is called by any more: it
-- is joined into itself, so no list of people has it.
CREATE TABLE person_erasure (
  id          TEXT PRIMARY KEY,
  contact_id  TEXT NOT NULL REFERENCES contact (id),
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'erasing', 'cleaning', 'complete')),
  reason      TEXT NOT NULL,                    -- why, without their names and numbers
  counts      TEXT NOT NULL,                    -- JSON: how many of each kind, as when it was asked
  sought      BLOB,                             -- sealed: what must be nowhere when it is complete
  staff_id    TEXT REFERENCES staff (id),
  token_id    TEXT REFERENCES api_token (id),
  asked_ms    INTEGER NOT NULL,
  erased_ms   INTEGER,                          -- from here on they are nobody here
  complete_ms INTEGER,
  CHECK ((state = 'complete') = (complete_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX person_erasure_open ON person_erasure (contact_id) WHERE state <> 'complete';
CREATE INDEX person_erasure_contact ON person_erasure (contact_id);

-- Their messages that are still to be emptied.
CREATE TABLE person_erasure_left (
  erasure_id TEXT NOT NULL REFERENCES person_erasure (id),
  message_id TEXT NOT NULL REFERENCES message (id),
  PRIMARY KEY (erasure_id, message_id)
) STRICT, WITHOUT ROWID;

-- Takes the pages that nothing uses, so that what stood on them is overwritten; empty otherwise.
CREATE TABLE page_filler (zeros BLOB NOT NULL) STRICT;

-- The words of an erased person go with their number: kind, time, line and who noted it stay. A
-- number that somebody else has by now stays theirs.
DROP TRIGGER consent_is_append_only_update;
CREATE TRIGGER consent_is_append_only_update BEFORE UPDATE ON consent
WHEN NOT EXISTS (SELECT 1 FROM erasure WHERE stands_for = new.value AND scheme = new.scheme)
  AND (new.value IS NOT old.value
    OR NOT EXISTS (SELECT 1 FROM contact WHERE id = old.contact_id AND joined_into = id))
  OR (new.seq, new.scheme, new.contact_id, new.line_id, new.kind, new.channel, new.message_id,
      new.given_ms, new.recorded_by, new.at_ms, new.as_of)
  IS NOT (old.seq, old.scheme, old.contact_id, old.line_id, old.kind, old.channel, old.message_id,
      old.given_ms, old.recorded_by, old.at_ms, old.as_of)
  OR new.words IS NOT old.words AND new.words IS NOT iif(old.words IS NULL, NULL, '')
  OR new.source IS NOT old.source AND new.source IS NOT iif(old.source IS NULL, NULL, '')
BEGIN SELECT RAISE(ABORT, 'the consent ledger is append-only'); END;

-- Whose an earlier number was is asked for each person who is erased.
CREATE INDEX former_holder_contact ON former_holder (contact_id);

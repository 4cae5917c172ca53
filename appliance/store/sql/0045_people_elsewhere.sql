-- People who are kept elsewhere, too: what changed since when, and files that come by night.

-- When the card was last changed; NULL: never since it was made.
ALTER TABLE contact ADD COLUMN changed_ms INTEGER;
ALTER TABLE contact ADD COLUMN updated_ms INTEGER
  GENERATED ALWAYS AS (coalesce(changed_ms, created_ms)) VIRTUAL;
UPDATE contact SET changed_ms = (
  SELECT max(e.at_ms) FROM contact_event o CROSS JOIN event e ON e.seq = o.event_seq
  WHERE o.contact_id = contact.id);
UPDATE contact SET changed_ms = coalesce(
  (SELECT max(p.erased_ms) FROM person_erasure p WHERE p.contact_id = contact.id), changed_ms)
WHERE joined_into = id;
CREATE INDEX contact_updated ON contact (updated_ms, id);

-- Branches that had entered somebody who was erased since: their software is told so.
CREATE TABLE erased_contact_branch (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  branch_id  TEXT NOT NULL REFERENCES branch (id),
  PRIMARY KEY (contact_id, branch_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_contact_branch_of ON erased_contact_branch (branch_id, contact_id);

-- A folder below the one that the config names, in which another system leaves its people.
CREATE TABLE import_folder (
  id           TEXT PRIMARY KEY,
  branch_id    TEXT REFERENCES branch (id),     -- whose new people are; NULL: the company's
  name         TEXT NOT NULL,                   -- where it is below the config's folder
  mapping      TEXT,                            -- JSON: what each column is; NULL: nobody said yet
  most_percent INTEGER NOT NULL CHECK (most_percent BETWEEN 0 AND 100),
  staff_id     TEXT REFERENCES staff (id),      -- who had it watched; NULL: the console
  created_ms   INTEGER NOT NULL,
  removed_ms   INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX import_folder_name ON import_folder (name) WHERE removed_ms IS NULL;

-- A file that was found there, and what became of it.
CREATE TABLE import_run (
  id        TEXT PRIMARY KEY,
  folder_id TEXT NOT NULL REFERENCES import_folder (id),
  file      TEXT NOT NULL,
  digest    BLOB NOT NULL,                      -- SHA-256 of its bytes
  state     TEXT NOT NULL CHECK (state IN ('waiting', 'allowed', 'forbidden', 'done', 'refused')),
  why       TEXT NOT NULL DEFAULT '',           -- a code, where it waits or was refused
  what      TEXT NOT NULL DEFAULT '',           -- what stands in the sentence of the code
  counts    TEXT NOT NULL DEFAULT '{}',         -- JSON: rows of each verdict
  staff_id  TEXT REFERENCES staff (id),         -- who decided
  at_ms     INTEGER NOT NULL,
  ended_ms  INTEGER,
  CHECK ((state IN ('done', 'refused')) = (ended_ms IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX import_run_open ON import_run (folder_id, file) WHERE ended_ms IS NULL;
CREATE INDEX import_run_ended ON import_run (ended_ms) WHERE ended_ms IS NOT NULL;

-- What became of each row that was not the same: no name and no number, only whom it is about.
CREATE TABLE import_row (
  run_id     TEXT NOT NULL REFERENCES import_run (id),
  row        INTEGER NOT NULL,
  verdict    TEXT NOT NULL,
  reason     TEXT NOT NULL,
  what       TEXT NOT NULL,                     -- names of parts of a card, or a row; no content
  contact_id TEXT REFERENCES contact (id),
  PRIMARY KEY (run_id, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_row_contact ON import_row (contact_id);

-- People whom the box erased. What it tells of them stays empty here, also after it was put back to
-- a day on which it knew them.
CREATE TABLE replica_erased (
  contact_id TEXT PRIMARY KEY,
  at_ms      INTEGER NOT NULL,
  sought     TEXT,                              -- JSON: what is yet to be looked for; NULL: nothing
  is_clean   INTEGER NOT NULL CHECK (is_clean IN (0, 1)) -- nothing is left in the bytes either
) STRICT, WITHOUT ROWID;
CREATE INDEX replica_erased_unclean ON replica_erased (contact_id) WHERE is_clean = 0;

-- The widest choice of privacy as which something here was told, since it was last emptied.
CREATE TABLE replica_privacy (
  id       INTEGER PRIMARY KEY CHECK (id = 1),
  told     TEXT NOT NULL,
  is_clean INTEGER NOT NULL DEFAULT 1 CHECK (is_clean IN (0, 1))
) STRICT;
-- Nobody noted it of what was told before this.
INSERT INTO replica_privacy (id, told) SELECT 1, 'all' WHERE EXISTS (SELECT 1 FROM replica_link);

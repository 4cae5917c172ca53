-- What the office says of people, whose they are before anybody wrote, and what became of whom.

-- The office's own fields, a JSON object of texts.
ALTER TABLE contact ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
-- How they stand with the agency; `self`: they wrote by themselves, and nobody said more yet.
ALTER TABLE contact ADD COLUMN state TEXT NOT NULL DEFAULT 'self'
  CHECK (state IN ('self', 'candidate', 'placed', 'ended'));
-- Since when the office writes to them no more.
ALTER TABLE contact ADD COLUMN blocked_ms INTEGER;
-- The name by which a list sorts: its first letter without an accent, and nameless people last.
ALTER TABLE contact ADD COLUMN sorts_as TEXT COLLATE NOCASE GENERATED ALWAYS AS (
  iif(instr('ÀÁÂÃÄÅĄÇĆČÈÉÊËĘĞÌÍÎÏİŁÑŃÒÓÔÕÖØŚŞŠÙÚÛÜÝŹŻŽ', substr(coalesce(office_name, chosen_name), 1, 1)),
    substr('AAAAAAACCCEEEEEGIIIIILNNOOOOOOSSSUUUUYZZZ',
      instr('ÀÁÂÃÄÅĄÇĆČÈÉÊËĘĞÌÍÎÏİŁÑŃÒÓÔÕÖØŚŞŠÙÚÛÜÝŹŻŽ', substr(coalesce(office_name, chosen_name), 1, 1)), 1)
      || substr(coalesce(office_name, chosen_name), 2),
    coalesce(office_name, chosen_name, char(1114111)))
  ) VIRTUAL;
CREATE INDEX contact_sorted ON contact (sorts_as, id) WHERE joined_into IS NULL;
CREATE INDEX contact_personnel ON contact (personnel_number COLLATE NOCASE)
  WHERE personnel_number IS NOT NULL;
CREATE INDEX contact_joined ON contact (joined_into) WHERE joined_into IS NOT NULL;
CREATE INDEX contact_unknown ON contact (id)
  WHERE joined_into IS NULL AND state = 'self' AND office_name IS NULL;

-- A branch knows them, though nobody has written yet.
CREATE TABLE contact_branch (
  branch_id  TEXT NOT NULL REFERENCES branch (id),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  PRIMARY KEY (branch_id, contact_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_branch_of ON contact_branch (contact_id);

CREATE TABLE contact_label (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  label_id   TEXT NOT NULL REFERENCES label (id),
  PRIMARY KEY (contact_id, label_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_label_of ON contact_label (label_id, contact_id);

-- What a branch, or (`branch_id` empty) the whole company, keeps in mind about somebody.
CREATE TABLE contact_note (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  branch_id  TEXT NOT NULL,
  text       TEXT NOT NULL,
  PRIMARY KEY (contact_id, branch_id)
) STRICT, WITHOUT ROWID;

-- The events of a person's history: the log itself is in the order of time alone.
CREATE TABLE contact_event (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  event_seq  INTEGER NOT NULL,
  PRIMARY KEY (contact_id, event_seq)
) STRICT, WITHOUT ROWID;
INSERT INTO contact_event (contact_id, event_seq)
SELECT e.contact_id, e.seq FROM event e JOIN event_kind k ON k.code = e.kind
WHERE k.name IN ('contact.created', 'contact.changed', 'contact.joined')
AND e.contact_id IN (SELECT id FROM contact);

-- Two contacts became one person, or one became two; `before` is what an undo puts back.
CREATE TABLE contact_change (
  seq        INTEGER PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('join', 'split')),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  other_id   TEXT NOT NULL REFERENCES contact (id), -- who is gone, or who is new
  before     TEXT NOT NULL,
  consent_seq INTEGER NOT NULL,                 -- the ledger's newest row then
  at_ms      INTEGER NOT NULL,
  undone_ms  INTEGER
) STRICT;
CREATE INDEX contact_change_of ON contact_change (contact_id) WHERE undone_ms IS NULL;
CREATE INDEX contact_change_other ON contact_change (other_id) WHERE undone_ms IS NULL;

-- Somebody said that these are two people; the lower id stands first.
CREATE TABLE contact_apart (
  contact_id TEXT NOT NULL REFERENCES contact (id),
  other_id   TEXT NOT NULL REFERENCES contact (id),
  PRIMARY KEY (contact_id, other_id)
) STRICT, WITHOUT ROWID;

-- Who had a number until it was taken away. What it agreed to up to `consent_seq`, a row of the
-- ledger, it agreed to for them, not for whoever has it next.
CREATE TABLE former_holder (
  seq         INTEGER PRIMARY KEY,
  value       TEXT NOT NULL,
  scheme      TEXT NOT NULL,
  contact_id  TEXT NOT NULL REFERENCES contact (id),
  consent_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX former_holder_of ON former_holder (value, scheme, consent_seq);
-- What a card shows of the ledger: what somebody agreed to before proves nothing for the next one.
CREATE VIEW consent_of_holder AS
SELECT c.* FROM consent c WHERE c.kind IN ('opted_out', 'objected', 'erased') OR c.seq > (
  SELECT coalesce(max(h.consent_seq), 0) FROM former_holder h
  WHERE h.value = c.value AND h.scheme = c.scheme);

-- In which order the office came to know what boxes told: a row for each batch. The events stand in
-- the replicas; here stands what number at the office the first of them has.
CREATE TABLE office_log (
  seq    INTEGER PRIMARY KEY,                   -- of the batch's first event at the office
  many   INTEGER NOT NULL CHECK (many > 0),     -- events of the batch
  box_id TEXT NOT NULL,
  epoch  TEXT NOT NULL,                         -- the box's
  first  INTEGER NOT NULL,                      -- the box's own numbers
  last   INTEGER NOT NULL
) STRICT;
CREATE INDEX office_log_box ON office_log (box_id, seq);

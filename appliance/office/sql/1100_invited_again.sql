-- A box that is known may be invited again, on another card: its old credential ends then, and says
-- so to whoever shows it.
ALTER TABLE invitation ADD COLUMN for_box TEXT REFERENCES box (id);
ALTER TABLE box_credential ADD COLUMN invited INTEGER NOT NULL DEFAULT 0 CHECK (invited IN (0, 1));
ALTER TABLE box_credential ADD COLUMN ended_ms INTEGER; -- since then it is as struck off

-- Whoever has used its credential needs the invitation no more.
DELETE FROM invitation
WHERE box_id IN (SELECT box_id FROM box_credential WHERE used_ms IS NOT NULL);

-- The highest number of a command that the box was sent or named. What it names beyond that, an
-- office of later days sent, of which this one is a copy.
ALTER TABLE box ADD COLUMN told_n INTEGER NOT NULL DEFAULT 0;
UPDATE box SET told_n = next_n - 1;

-- Whether `body` still has the words of who asked.
ALTER TABLE command ADD COLUMN has_words INTEGER NOT NULL DEFAULT 1 CHECK (has_words IN (0, 1));
UPDATE command SET has_words = 0 WHERE outcome = 'done';
CREATE INDEX command_words ON command (over_ms) WHERE outcome IS NOT NULL AND has_words = 1;

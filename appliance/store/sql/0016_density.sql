-- Whether the rows of the list are low, as this person chose.
ALTER TABLE staff ADD COLUMN dense INTEGER NOT NULL DEFAULT 0 CHECK (dense IN (0, 1));

-- The office's copy of this box cannot be read: it is made anew once somebody has taken the box in
-- again.
ALTER TABLE box ADD COLUMN unreadable INTEGER NOT NULL DEFAULT 0 CHECK (unreadable IN (0, 1));

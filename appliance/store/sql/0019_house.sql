-- What colleagues choose for themselves, and what an office is told of its own things.

ALTER TABLE staff ADD COLUMN text_size TEXT CHECK (text_size IN ('large', 'larger')); -- NULL: the browser's
-- Whether single letters are keys: a voice that types presses them by mistake.
ALTER TABLE staff ADD COLUMN single_keys INTEGER NOT NULL DEFAULT 1 CHECK (single_keys IN (0, 1));

ALTER TABLE session ADD COLUMN browser TEXT;    -- its name and its system, as it told them
ALTER TABLE api_token ADD COLUMN used_ms INTEGER;
ALTER TABLE label ADD COLUMN colour TEXT;       -- NULL: none

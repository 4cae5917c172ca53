-- A new key of signatures does not shut out a program at once: that of before signs, too, for a day.
ALTER TABLE api_token ADD COLUMN previous_key TEXT;                 -- sealed
ALTER TABLE api_token ADD COLUMN previous_key_ends_ms INTEGER;

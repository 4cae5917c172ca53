-- A new key of signatures does not shut out a program at once: that of before signs, too, for a day.
ALTER TABLE api_token ADD COLUMN previous_key TEXT;                 -- sealed
ALTER TABLE api_token ADD COLUMN previous_key_ends_ms INTEGER;

-- What stands below the words of a mail: what it answers, as it quotes that.
CREATE TABLE text_below (
  message_id TEXT PRIMARY KEY REFERENCES message (id),
  text       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is searched. The index of messages has no content of its own: it is told the old words when
-- a message changes, and those wait in search_change until it is.

CREATE VIRTUAL TABLE search_message USING fts5(
  words, place, content='', columnsize=0, prefix='2 3', tokenize='ascii');

-- Each word of that index once: the words that begin so are looked up here, because SQLite gathers
-- all messages that have one of them before it gives the first.
CREATE TABLE search_word (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- People and groups, under the words that the index has of them.
CREATE TABLE search_subject (
  seq        INTEGER PRIMARY KEY,
  contact_id TEXT UNIQUE,
  group_id   TEXT UNIQUE,
  names      TEXT NOT NULL,
  numbers    TEXT NOT NULL,
  CHECK ((contact_id IS NULL) <> (group_id IS NULL))
) STRICT;
CREATE VIRTUAL TABLE search_name USING fts5(
  names, numbers, content='search_subject', content_rowid='seq', prefix='2 3', tokenize='ascii');

-- How far the index is: it has the messages behind `low_seq` up to `high_seq`, what the events up
-- to `event_seq` tell, and the contacts up to `contact_id`. `version` is how words are folded.
CREATE TABLE search_progress (
  id         INTEGER PRIMARY KEY CHECK (id = 1),
  low_seq    INTEGER NOT NULL,
  high_seq   INTEGER NOT NULL,
  event_seq  INTEGER NOT NULL,
  contact_id TEXT NOT NULL,
  version    INTEGER NOT NULL
) STRICT;
INSERT INTO search_progress (id, low_seq, high_seq, event_seq, contact_id, version)
  SELECT 1, last, last, (SELECT coalesce(max(seq), 0) FROM event), '', 1
  FROM (SELECT coalesce(max(seq), 0) AS last FROM message);

-- What the index has of a message that is other now, or gone.
CREATE TABLE search_change (
  seq             INTEGER PRIMARY KEY,
  text            TEXT NOT NULL,
  line_id         TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  contact_id      TEXT
) STRICT;
CREATE TRIGGER search_message_changed
AFTER UPDATE OF text, line_id, conversation_id, contact_id ON message
WHEN (new.text, new.line_id, new.conversation_id, new.contact_id)
  IS NOT (old.text, old.line_id, old.conversation_id, old.contact_id)
  AND EXISTS (SELECT 1 FROM search_progress WHERE old.seq > low_seq AND old.seq <= high_seq)
BEGIN
  INSERT INTO search_change (seq, text, line_id, conversation_id, contact_id)
    VALUES (old.seq, old.text, old.line_id, old.conversation_id, old.contact_id)
    ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER search_message_deleted AFTER DELETE ON message
WHEN EXISTS (SELECT 1 FROM search_progress WHERE old.seq > low_seq AND old.seq <= high_seq)
BEGIN
  INSERT INTO search_change (seq, text, line_id, conversation_id, contact_id)
    VALUES (old.seq, old.text, old.line_id, old.conversation_id, old.contact_id)
    ON CONFLICT DO NOTHING;
END;

-- Texts that the office has ready, those of one branch or (`branch_id` NULL) of all.
CREATE TABLE canned_text (
  seq        INTEGER PRIMARY KEY,
  id         TEXT NOT NULL UNIQUE,
  branch_id  TEXT REFERENCES branch (id),
  shortcut   TEXT NOT NULL,
  title      TEXT NOT NULL,
  variants   TEXT NOT NULL,                     -- a JSON array of texts
  language   TEXT NOT NULL,
  turn       INTEGER NOT NULL DEFAULT 0,        -- how many times a variant was taken in turn
  created_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX canned_text_shortcut
  ON canned_text (coalesce(branch_id, ''), shortcut COLLATE NOCASE, language);
CREATE VIRTUAL TABLE canned_text_words USING fts5(called, said, tokenize='ascii');

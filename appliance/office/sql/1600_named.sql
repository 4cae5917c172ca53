-- Whom a note names and who has not seen that: the conversation is theirs to find.
CREATE TABLE work_list_named (
  staff_id        TEXT NOT NULL,
  conversation_id TEXT NOT NULL REFERENCES work_list (conversation_id) ON DELETE CASCADE,
  PRIMARY KEY (staff_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_list_named_of ON work_list_named (conversation_id);

-- Rows that were made before this say nothing of it.
UPDATE follow_place SET touched = 0;

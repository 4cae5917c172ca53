-- What colleagues type at head office and have not sent. It goes with the conversation.
CREATE TABLE office_draft (
  staff_id        TEXT NOT NULL REFERENCES staff (id),
  conversation_id TEXT NOT NULL,
  kind            TEXT NOT NULL CHECK (kind IN ('reply', 'note')),
  text            TEXT NOT NULL,
  saved_ms        INTEGER NOT NULL,
  PRIMARY KEY (staff_id, conversation_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX office_draft_of ON office_draft (conversation_id);

-- Views of the inbox, each in the order in which it is shown.
CREATE INDEX work_list_later ON work_list (branch_id, coalesce(returns_ms, 1 << 52), conversation_id)
  WHERE returns IS NOT NULL;
CREATE INDEX work_list_missing ON work_list (branch_id, last_ms, conversation_id)
  WHERE not_arrived > 0;
CREATE INDEX work_list_groups ON work_list (branch_id, last_ms, conversation_id)
  WHERE group_id IS NOT NULL;

-- What the box has not decided, and what it refused a short while ago, is shown in the thread.
CREATE INDEX command_shown ON command (conversation_id, seq) WHERE conversation_id IS NOT NULL;

-- That a box has told something is of use for some minutes; all else that the log tells stays.
DROP TRIGGER event_is_append_only_delete;
CREATE TRIGGER event_is_append_only_delete BEFORE DELETE ON event
WHEN old.kind IS NOT (SELECT code FROM event_kind WHERE name = 'office.heard')
  OR old.seq = (SELECT max(seq) FROM event)
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;

-- What the inbox lists of a conversation, kept in the transaction that changes it: see listed.py.

-- The newest message that no rule wrote, or the newest if rules wrote all.
ALTER TABLE conversation ADD COLUMN shown_message_id TEXT;
-- Since when somebody waits for an answer; NULL: nobody does.
ALTER TABLE conversation ADD COLUMN waiting_ms INTEGER;
-- The newest incoming message that can be unread, and when Balie kept it.
ALTER TABLE conversation ADD COLUMN news_id TEXT;
ALTER TABLE conversation ADD COLUMN news_ms INTEGER;

-- How many conversations of a line somebody has not read, without the groups.
CREATE TABLE unread (
  line_id       TEXT NOT NULL REFERENCES line (id),
  staff_id      TEXT NOT NULL REFERENCES staff (id),
  conversations INTEGER NOT NULL,
  PRIMARY KEY (line_id, staff_id)
) STRICT, WITHOUT ROWID;

UPDATE conversation AS c SET
  shown_message_id = (
    SELECT iif(last.rule IS NULL, last.id, coalesce(
      (SELECT said.id FROM message said WHERE said.conversation_id = c.id AND said.rule IS NULL
       ORDER BY said.happened_ms DESC, said.id DESC LIMIT 1), last.id))
    FROM message last WHERE last.id = c.last_message_id),
  waiting_ms = iif(c.group_id IS NULL AND c.last_in_ms IS NOT NULL,
    (SELECT i.happened_ms FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
     AND i.origin = 'person' AND (i.happened_ms, i.id) > (
       SELECT o.happened_ms, o.id FROM message o WHERE o.conversation_id = c.id
        AND o.direction = 'out' AND (o.rule IS NULL OR o.rule IN ('stop', 'start'))
        AND o.state NOT IN ('failed', 'refused', 'expired', 'cancelled')
       UNION ALL SELECT 0, '' ORDER BY 1 DESC, 2 DESC LIMIT 1)
     ORDER BY i.happened_ms, i.id LIMIT 1), NULL);

UPDATE conversation SET (news_id, news_ms) = (news.id, news.created_ms) FROM (
  SELECT conversation_id, max(id) AS id, created_ms FROM message NOT INDEXED
  WHERE direction = 'in' AND origin <> 'technical' GROUP BY conversation_id
) news WHERE conversation.id = news.conversation_id;

INSERT INTO unread (line_id, staff_id, conversations)
  SELECT c.line_id, me.id, count(*) FROM staff me CROSS JOIN conversation c NOT INDEXED
  LEFT JOIN read_mark r ON r.staff_id = me.id AND r.conversation_id = c.id
  WHERE c.group_id IS NULL AND c.news_ms >= me.created_ms AND c.news_id > coalesce(r.message_id, '')
  GROUP BY me.id, c.line_id;

-- Who looks for what is unread goes down the first, and finds all that it asks of a conversation.
CREATE INDEX conversation_latest
  ON conversation (line_id, last_ms, id, news_id, news_ms, group_id) WHERE group_id IS NULL;
CREATE INDEX conversation_groups ON conversation (line_id, last_ms, id) WHERE group_id IS NOT NULL;
CREATE INDEX conversation_waiting ON conversation (line_id, waiting_ms, id DESC)
  WHERE waiting_ms IS NOT NULL;

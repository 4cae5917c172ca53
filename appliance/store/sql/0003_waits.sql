-- An answer ends a wait when it is proven to have left, no longer when it is accepted: see listed.py.
-- Only where something is under way is that another time than before.

UPDATE conversation AS c SET
  waiting_ms = iif(c.group_id IS NULL AND c.last_in_ms IS NOT NULL,
    (SELECT i.happened_ms FROM message i WHERE i.conversation_id = c.id AND i.direction = 'in'
     AND i.origin = 'person' AND (i.happened_ms, i.id) > (
       SELECT o.happened_ms, o.id FROM message o WHERE o.conversation_id = c.id
        AND o.direction = 'out' AND (o.rule IS NULL OR o.rule IN ('stop', 'start'))
        AND o.state IN ('sent', 'delivered', 'read')
       UNION ALL SELECT 0, '' ORDER BY 1 DESC, 2 DESC LIMIT 1)
     ORDER BY i.happened_ms, i.id LIMIT 1), NULL)
WHERE c.id IN (SELECT conversation_id FROM message
  WHERE state IN ('queued', 'sending', 'unconfirmed'));

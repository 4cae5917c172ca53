-- What other software finds things by, in the order of a list.

-- Messages by line and state, as they came: by `seq`. Of a line's id the end, because all of it would
-- be two thirds of the index. What changes its state soon is found in message_waiting, so that a
-- message on its way costs less.
CREATE INDEX message_listed ON message (substr(line_id, -6), state)
  WHERE state NOT IN ('queued', 'sending', 'unconfirmed');

CREATE INDEX conversation_listed ON conversation (line_id, id);
CREATE INDEX missed_call_line ON missed_call (line_id);

"""Start-up: a message that a device had in hand when Balie stopped is in doubt, never queued, and
so is what waits in a copy that was put back.
"""

from appliance.queue import outcomes, restored
from appliance.queue.steps import Step, Steps, no_steps
from appliance.store import events
from appliance.store.store import Store, Tx


def doubt_everything_in_hand(store: Store, steps: Steps = no_steps) -> int:
    """Turns each `sending` into `unconfirmed`; the devices are asked as they come back. How many
    there are.
    """

    def work(tx: Tx) -> int:
        events.spare_numbers(tx.conn)
        rows = tx.conn.execute(
            "SELECT m.id, a.id FROM message m JOIN attempt a ON a.message_id = m.id"
            " WHERE m.state IN ('sending', 'unconfirmed')"  # as the index has it
            " AND m.state = 'sending' AND a.ended_ms IS NULL"
        ).fetchall()
        for message_id, attempt_id in rows:
            outcomes.abandon(tx, message_id, attempt_id)
        waited = restored.doubt_waiting(tx)
        steps(Step.DOUBTING)
        return len(rows) + waited

    doubted = store.write(work)
    steps(Step.DOUBTED)
    return doubted

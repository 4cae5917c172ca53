"""How a database of before goes on: what is asked and sent until nothing is left to do."""

from appliance.devices.protocol import Finding, Found, Look, Proof, Tick, Ticks, TickVisit
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from tests.queue.counter import Counter, tapping


def work_off(counter: Counter, *, finding: Finding) -> list[str]:
    """What the phone is asked about on the way, by its number; then nothing is left to do."""
    asked, idle = [], 0
    while idle < 20:
        counter.clock.advance(s=30)
        task = counter.task()
        idle = 0 if task else idle + 1
        match task:
            case Look():
                asked.append(task.outgoing.number)
                proof = Proof(tick=Tick.SENT) if finding is Finding.PRESENT else None
                counter.work.looked(task, Found(finding=finding, proof=proof))
            case TickVisit():
                counter.work.visited(task, Ticks(by_message={}))
            case QueueAttempt():
                with tapping(task):
                    pass
                counter.work.sent(task, Proof(tick=Tick.SENT))
    return asked


def state_of(counter: Counter, number: str) -> MessageState:
    return MessageState(counter.outgoing(number)[-1]["state"])

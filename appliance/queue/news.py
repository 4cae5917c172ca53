"""Whether what the plan found out about a message is news, or only a better figure.

News is written into the message's row and announced as `message.planned`, which pages redraw and
other software may be sent. A better figure is kept in memory (`store/forecast.py`): who asks for
the message gets it. On a busy line the times of all that wait move at each reply, and nobody would
read a line of the log for each of them.
"""

from appliance.queue.pacing import MINUTE_MS
from appliance.queue.planned import PASSING
from appliance.store.forecast import Outlook

MOVED_MS = 5 * MINUTE_MS
"""A wait that grew or shrank by less is no news."""

MOVED_SHARE = 0.5
"""The same as a share of the wait: a delay is told once as much is left of the promised wait. Who
was promised an hour, and will wait for an hour and a half, hears of it half an hour before.
"""


def is_news(promised: Outlook, known: Outlook, *, now_ms: int) -> bool:
    """Brakes that let go by themselves within the hour are one reason to who waits."""
    if promised.reason != known.reason and not _both_pass(promised, known):
        return True
    if promised.expected_ms is None or known.expected_ms is None:
        return promised.expected_ms is not known.expected_ms
    promised_ms = max(0, promised.expected_ms - now_ms)
    known_ms = max(0, known.expected_ms - now_ms)
    return abs(promised_ms - known_ms) > max(MOVED_MS, known_ms * MOVED_SHARE)


def _both_pass(promised: Outlook, known: Outlook) -> bool:
    return all(each.reason is None or each.reason in PASSING for each in (promised, known))

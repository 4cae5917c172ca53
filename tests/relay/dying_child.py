"""A relay that ends by SIGKILL when the receiver has answered, before that is written down."""

import os
import signal
import sys
import time
from pathlib import Path

from appliance.clock import ManualClock
from appliance.relay.dialect import AnswerMeaning, ReceiverAnswer
from appliance.relay.standard import Standard
from appliance.store.store import Store
from tests.relay.told import MORNING_MS, policy_for, relaying


class Dying(Standard):
    def meaning(self, answer: ReceiverAnswer) -> AnswerMeaning:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().meaning(answer)


def main() -> None:
    store = Store(Path(sys.argv[1]), ManualClock(MORNING_MS))
    with relaying(store, policy_for(int(sys.argv[2])), [Dying()]):
        time.sleep(30)


main()

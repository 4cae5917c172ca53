"""Less may be known of people than was told: what is too much goes from a replica at once.

The box tells all of it anew, as the choice allows; until it does, what stands for people here is
made by the office.
"""

import secrets

from appliance.desk.search import following as search_index
from appliance.office.tables import replica_erased, replica_link, replica_privacy, work_list
from appliance.slices import Privacy
from appliance.store import replica_narrowing
from appliance.store.store import Store, Tx

_KEY_BYTES = 32


def narrow(store: Store, box_id: str, replica: Store, privacy: Privacy) -> None:
    """Many short transactions; what a crash leaves is done again. What nothing uses any more in the
    file is left to who cleans it.
    """
    key = secrets.token_bytes(_KEY_BYTES)
    search_index.begin_anew(replica)  # else it would be told of each text that goes
    renamed = replica_narrowing.narrow(replica, privacy, key)
    search_index.begin_anew(replica)

    def note(tx: Tx) -> None:
        replica_erased.rename(tx, renamed)
        replica_link.forget_unknown(tx)
        replica_link.touch_all(tx)
        replica_privacy.note(tx, privacy, is_clean=False)

    replica.write(note)
    if privacy is Privacy.FIGURES:
        store.write(lambda tx: work_list.forget_people(tx, box_id))

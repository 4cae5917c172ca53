"""The office's own parts, made once and wired."""

from collections.abc import Callable
from pathlib import Path

from appliance.office.broker import BrokerPlace
from appliance.office.head import broker_keys
from appliance.office.head.fetches import Fetches
from appliance.office.head.following import ReplicaFollower
from appliance.office.head.forgetting import Forgetter
from appliance.office.head.heard import HeardEvents
from appliance.office.head.indexing import Indexer
from appliance.office.head.news import ForgottenNews, WorkListNews
from appliance.office.head.office_keys import office_key, public_of
from appliance.office.head.pushing import Pushes
from appliance.office.head.replicas import Replicas
from appliance.office.head.staff_telling import StaffTelling
from appliance.office.head.upkeep import Upkeep
from appliance.office.head.waiting import WaitingBoxes
from appliance.store.store import Store


class Head:
    """On one data directory, whose office.db is `store`. `give_way` is called in each thread whose
    work may wait for people.
    """

    def __init__(
        self, data: Path, store: Store, *, give_way: Callable[[], None] = lambda: None
    ) -> None:
        """Raises SetupError where a key of the office is not to be read."""
        self.data = data
        self.store = store
        self.key = office_key(data)
        self.public_key = public_of(self.key)
        self.broker_keys = broker_keys.known(data)
        self.replicas = Replicas(data, store.clock)
        self.news = WorkListNews()
        self.heard = HeardEvents(self.replicas)
        self.waiting = WaitingBoxes(store)
        self.fetches = Fetches(store)
        self.indexer = Indexer(store, self.replicas, give_way=give_way)
        self.follower = ReplicaFollower(store, self.replicas, self.news, followed=self.indexer.poke)
        self.upkeep = Upkeep(store, self.replicas, StaffTelling(store, self.key))
        self.forgotten = ForgottenNews()
        self.forgetter = Forgetter(store, self.replicas, self.forgotten)
        self.pushes = Pushes(
            store, self.replicas, self.follower, self.upkeep, self.forgetter, give_way=give_way
        )

    def place_at_broker(self, box_id: str, public: bytes) -> BrokerPlace | None:
        """What a box needs to speak there; None where this office has no broker."""
        if self.broker_keys is None:
            return None
        return self.broker_keys.place_of_box(box_id, public, self.store.clock.now_ms() // 1000)

    def start(self) -> None:
        self.replicas.remove_old_copies()
        self.indexer.start()
        self.follower.start()
        self.upkeep.start()
        self.forgetter.start()

    def stop(self) -> None:
        """Once nobody asks any more; office.db stays open."""
        self.pushes.close()
        self.forgetter.stop()
        self.follower.stop()
        self.indexer.stop()
        self.upkeep.stop()
        self.replicas.close()

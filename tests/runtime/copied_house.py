"""A house whose copies leave it: its stick, and its nights."""

from dataclasses import dataclass
from pathlib import Path

from appliance.box.copy_codes import CopyPlace
from appliance.box.stick import Stick
from appliance.clock import ManualClock
from appliance.desk.lines import copies
from appliance.identities import Identity
from appliance.runtime.copier import Copier
from appliance.store import copy_places, erasure_journal, kept_copies
from appliance.store.copy_places import DrillTold, PlaceTold
from appliance.store.erasure_journal import JournalWhat
from appliance.store.store import Store
from tests.queue.counter import at

DAY_S = 24 * 3600
NIGHT = at("2026-06-15 04:30")


@dataclass(slots=True)
class House:
    store: Store
    clock: ManualClock
    stick: Stick
    folder: Path
    copier: Copier

    def plug_in(self) -> None:
        self.folder.mkdir(exist_ok=True)
        link = self.stick.by_label / "BALIE-BACKUP"
        if not link.is_symlink():
            link.symlink_to("/dev/null")

    def pull_out(self) -> None:
        (self.stick.by_label / "BALIE-BACKUP").unlink()

    def night(self) -> None:
        """A day goes by and the copy of the night is made."""
        self.clock.advance(s=DAY_S)
        copies.make(self.store, kept_copies.copy_by_night)
        self.copier.look()

    def told(self, place: CopyPlace = CopyPlace.STICK) -> PlaceTold:
        found = self.store.read(lambda conn: copy_places.place(conn, place))
        assert found is not None
        return found

    def drill(self) -> DrillTold | None:
        return self.store.read(copy_places.drill)

    def wrong(self) -> set[str]:
        """What is open about copies, by its place or kind."""
        return {each.about or each.kind.value for each in self.store.read(copies.wrong)}

    def on_stick(self) -> list[str]:
        return sorted(each.name for each in self.folder.glob("*.tar.age"))

    def withdraws(self) -> None:
        """Somebody says STOP."""
        later_ms = self.clock.now_ms() + 1
        self.store.read(
            lambda conn: erasure_journal.note(
                conn, JournalWhat.CLOSED, Identity("+31622222222", "tel"), at_ms=later_ms
            )
        )

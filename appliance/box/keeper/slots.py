"""Where versions lie: in the package system, or in the two slots of a card."""

from typing import Protocol


class Slots(Protocol):
    """Every method may be called again after it was cut off. Each raises KeeperError."""

    @property
    def by_restart(self) -> bool:
        """Whether another version runs only after the machine has started anew."""

    def running(self) -> str:
        """The version that is here now; empty where none is whole."""

    def new_runs(self, version: str) -> bool:
        """Whether this version, which is not kept yet, is what is here now."""

    def install(self) -> None:
        """The new one."""

    def keep(self) -> None:
        """The new one is the good one from now on."""

    def back(self, *, new_runs: bool) -> None:
        """The good one is chosen again. `new_runs`: the new one is what is here now."""

    def tidy(self) -> None:
        """Nothing is under way any more; what was only for that goes."""

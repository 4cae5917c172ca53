"""What stands beside the phones, as bots and mailboxes, to the control address."""

from collections.abc import Sequence
from typing import Any, Protocol


class BesideControl(Protocol):
    """Takes the bodies of one `kind`. `examples` are bodies that work."""

    @property
    def kind(self) -> str: ...

    @property
    def examples(self) -> Sequence[dict[str, Any]]: ...

    def inject(self, body: Any) -> dict[str, Any]:
        """Raises pydantic.ValidationError and ControlRefusal."""
        ...


class EmulatedHouse(Protocol):
    """A service of others with accounts, and the people who write to them."""

    @property
    def control(self) -> BesideControl: ...

    def start(self, *, traffic: bool) -> None: ...

    def stop(self) -> None: ...

    def described(self) -> list[dict[str, Any]]:
        """Its accounts, for the first line of output."""
        ...

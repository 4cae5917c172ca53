"""Why the control address does not do what it was asked."""


class ControlRefusal(Exception):
    """The sentence goes to the caller, with this HTTP status."""

    def __init__(self, sentence: str, *, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status

"""What keeps a step from being done."""


class KeeperError(Exception):
    """`code` stands in the state and is said by pages; the sentence is for the log."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code

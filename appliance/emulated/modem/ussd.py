"""Prepaid credit, and the code that asks the operator for it."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Credit:
    """`price_cents` is what a part costs; 0 is a SIM with a contract.

    `answers` are the operator's texts by code; `{euros}` in them is the credit.
    """

    cents: int = 1000
    price_cents: int = 0
    answers: dict[str, str] = field(
        default_factory=lambda: {"*101#": "Uw beltegoed is EUR {euros}.", "*100#": "EUR {euros}"}
    )

    def pay(self) -> bool:
        """Whether there was enough for one part."""
        if self.cents < self.price_cents:
            return False
        self.cents -= self.price_cents
        return True

    def answer(self, code: str) -> str | None:
        """None for a code that the operator does not know."""
        text = self.answers.get(code)
        if text is None:
            return None
        return text.replace("{euros}", f"{self.cents / 100:.2f}".replace(".", ","))

"""What the control address makes happen in the world of the mailboxes."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from appliance.emulated.mail import mail_letters
from appliance.emulated.mail.mail_world import EmulatedMailbox, MailWorld
from appliance.emulated.world.refusal import ControlRefusal


class MailToBox(BaseModel):
    """Somebody mails; to a mailbox by its address, without one to the only one. `answers`: they
    answer what they were mailed last, with all of it below; the subject is that one's then.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    kind: Literal["mail"]
    sender: str = Field(alias="from", pattern=r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")
    name: str = ""
    to: str = ""
    subject: str = "Werk"
    text: str = Field(min_length=1)
    answers: bool = False


class MailControl:
    """The mailboxes' share of the emulator's control address."""

    kind = "mail"
    examples: tuple[dict[str, Any], ...] = (
        {
            "kind": "mail",
            "from": "anna@post.example",
            "name": "Anna de Wit",
            "subject": "Rooster",
            "text": "Is er maandag werk?",
        },
    )

    def __init__(self, world: MailWorld) -> None:
        self._world = world

    def inject(self, body: Any) -> dict[str, Any]:
        """Raises pydantic.ValidationError and ControlRefusal."""
        wanted = MailToBox.model_validate(body)
        box = self._box(wanted.to)
        person = self._world.add_person(wanted.sender, wanted.name or wanted.sender)
        if wanted.answers and not person.got:
            raise ControlRefusal(f"answers: {wanted.sender} was mailed nothing yet")
        if wanted.answers:
            mail = mail_letters.answering(self._world, person, box.address, wanted.text)
        else:
            mail = mail_letters.begun(
                self._world, person, box.address, wanted.text, subject=wanted.subject
            )
        self._world.arrive(box, mail)
        return {"to": box.address, "at_ms": int(self._world.now_s() * 1000)}

    def states(self) -> list[dict[str, Any]]:
        return [
            {
                "address": box.address,
                "folders": {name: len(each.mails) for name, each in box.folders.items()},
            }
            for box in self._world.mailboxes.values()
        ]

    def _box(self, address: str) -> EmulatedMailbox:
        boxes = self._world.mailboxes
        if not address and len(boxes) == 1:
            return next(iter(boxes.values()))
        if address not in boxes:
            known = ", ".join(boxes)
            raise ControlRefusal(f"There is no mailbox {address!r}; there is {known}.", status=404)
        return boxes[address]

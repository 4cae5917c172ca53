"""Phones that enrolment sees without any being there: for the page that follows them."""

from dataclasses import dataclass, field, replace

from appliance.api.services import Bind, NoEnrolment, PluggedDevice
from appliance.enrolment import Advice, EnrolmentWish, Portrait, Stage, ToDo


@dataclass
class PluggedPhones(NoEnrolment):
    """What is plugged in, by the address; a test puts in and takes out."""

    there: dict[str, PluggedDevice] = field(default_factory=dict)

    def plugged(self) -> list[PluggedDevice]:
        return list(self.there.values())

    def put(self, address: str, to_do: ToDo) -> None:
        portrait = Portrait(
            address=address,
            to_do=to_do,
            maker="samsung",
            model="SM-A546B",
            android="14",
            language="nl-NL",
            whatsapp={"com.whatsapp": "2.26.1.3"},
            numbers=["+31612345601"],
            advice=[Advice.NO_RCS],
        )
        self.there[address] = PluggedDevice(kind="phone", portrait=portrait)

    def begin(self, kind: str, wanted: EnrolmentWish, bind: Bind) -> None:
        """It goes on for ever."""
        del kind, bind
        self.there[wanted.address] = replace(self.there[wanted.address], stage=Stage.LOOKING)

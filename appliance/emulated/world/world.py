"""The pretend world: people who write to the phones, and who get what the phones send."""

import random
from dataclasses import replace
from functools import partial
from typing import Any

import phonenumbers

from appliance.emulated.phone.whatsapp.model import RowTick
from appliance.emulated.world import small_talk
from appliance.emulated.world.network import Bearer, Letter, Network
from appliance.emulated.world.numbers import ACCOUNT, is_group, number_of
from appliance.emulated.world.people import Person
from appliance.emulated.world.timers import Timers

#: The share of missed calls among what people begin.
_CALLS = 0.06
#: After the start, in the world's time.
_FIRST_MS = 4000
_MOBILE = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


class World:
    """Seeded: the same people write the same texts at the same moments.

    `rhythm_s` is the mean time between two messages that people begin, over the whole world. Each
    office hears from its first person within seconds, so that a viewer sees something.
    """

    def __init__(
        self,
        people: list[Person],
        *,
        timers: Timers,
        network: Network,
        seed: int,
        rhythm_s: float,
    ) -> None:
        self._people = {person.number: person for person in people}
        self._writers = [person.number for person in people]
        self._timers = timers
        self._network = network
        self._rng = random.Random(f"traffic {seed}")
        self._own_rng = {p.number: random.Random(f"{seed} {p.number}") for p in people}
        self._rhythm_ms = rhythm_s * 1000
        self._answering: set[str] = set()
        self._stopped: set[str] = set()
        self.traffic = False

    def start(self) -> None:
        """From now on people write by themselves and answer."""
        self.traffic = True
        for place, person in enumerate(self._first_of_each_office()):
            self._timers.after(_FIRST_MS * (place + 1), partial(self._open, person))
        if self._writers:
            self._next()

    def _first_of_each_office(self) -> list[Person]:
        first: dict[str, Person] = {}
        for number in self._writers:
            person = self._people[number]
            first.setdefault(person.office, person)
        return list(first.values())

    def person(self, number: str) -> Person:
        """A number that was not introduced takes messages and reads none."""
        return self._people.get(number) or Person(
            number=number, on_whatsapp=_is_mobile(number), reads=False
        )

    def introduce(self, number: str, **traits: Any) -> Person:
        """Sets these traits of a person from now on; other traits stay."""
        person = replace(self.person(number), **traits)
        self._people[number] = person
        return person

    # As the network sees it

    def on_whatsapp(self, number: str) -> bool:
        return self.person(number).on_whatsapp

    def delivered_after_ms(self, number: str) -> int:
        return self.person(number).delivered_ms

    def got(self, letter: Letter) -> None:
        person = self._whose(letter.to)
        if letter.channel is Bearer.WHATSAPP:
            self._tick_later(person, letter)
        if self.traffic and not is_group(letter.to):
            self._maybe_answer(person, letter)

    def _whose(self, address: str) -> Person:
        if address.endswith(ACCOUNT):
            return self.person(number_of(address))
        hidden = (each for each in self._people.values() if each.lid == address)
        return next(hidden, None) or self.person(address)

    def _tick_later(self, person: Person, letter: Letter) -> None:
        after = self._timers.after
        after(person.delivered_ms, lambda: self._network.tick(letter.id, RowTick.DELIVERED))
        if person.reads:
            span = person.delivered_ms + person.read_ms
            after(span, lambda: self._network.tick(letter.id, RowTick.READ))

    def _maybe_answer(self, person: Person, letter: Letter) -> None:
        """One answer to all that comes while it is being written."""
        if person.number in self._answering or person.number in self._stopped:
            return
        if person.stops:
            self._stopped.add(person.number)
            text = small_talk.STOP
        elif small_talk.asks_for_a_shift(letter.text):
            said = small_talk.shift_answer(self._rng_of(person))
            if said is None:
                return
            text = said
        elif person.answers:
            text = small_talk.answer(self._rng_of(person), awkward=person.awkward)
        else:
            return
        self._answering.add(person.number)
        self._timers.after(
            person.delivered_ms + person.read_ms + person.answer_ms,
            lambda: self._answer(person, letter, text),
        )

    def _answer(self, person: Person, letter: Letter, text: str) -> None:
        self._answering.discard(person.number)
        self.write(person, to=letter.sender, text=text, channel=letter.channel)

    # What people do by themselves

    def write(self, person: Person, *, to: str, text: str, channel: Bearer) -> None:
        self._network.deliver(
            Letter(
                id=self._network.new_id(),
                channel=channel,
                sender=person.number,
                to=to,
                text=text,
                at_ms=self._timers.now_ms(),
                name=person.name,
                jid=person.lid if channel is Bearer.WHATSAPP else "",
            )
        )

    def _next(self) -> None:
        gap = self._rng.expovariate(1 / self._rhythm_ms)
        self._timers.after(gap, self._somebody_begins)

    def _somebody_begins(self) -> None:
        if not self.traffic:
            return
        person = self._people[self._rng.choice(self._writers)]
        if person.number not in self._stopped:
            self._begin(person)
        self._next()

    def _begin(self, person: Person) -> None:
        if self._rng.random() < _CALLS:
            self.write(person, to=person.office, text="", channel=Bearer.CALL)
            return
        self._open(person)

    def _open(self, person: Person) -> None:
        channel = Bearer.WHATSAPP if person.on_whatsapp else Bearer.SMS
        text = small_talk.opening(
            self._rng_of(person), awkward=person.awkward, sms=channel is Bearer.SMS
        )
        self.write(person, to=person.office, text=text, channel=channel)

    def _rng_of(self, person: Person) -> random.Random:
        return self._own_rng.setdefault(person.number, random.Random(person.number))


def _is_mobile(number: str) -> bool:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) in _MOBILE

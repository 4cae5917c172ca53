"""The temp workers of the pretend world: who they are and how they behave."""

import random
from dataclasses import dataclass

import phonenumbers

_FIRST_NAMES = (
    *("Anna", "Bram", "Carlijn", "Daan", "Emma", "Fatima", "Gijs", "Hanna", "Ivo", "Jolanda"),
    *("Kees", "Lotte", "Mohamed", "Noor", "Oksana", "Piotr", "Quinten", "Rosa", "Sjoerd"),
    *("Tomasz", "Ümit", "Vera", "Willem", "Xandra", "Youssef", "Zoë", "Agnieszka", "Çağla"),
    *("Dinh", "Elżbieta", "Giorgos", "Ionuț", "Jesús", "Maëlle", "Nguyễn", "Søren", "أمينة"),
)
_LAST_NAMES = (
    *("de Vries", "Jansen", "van den Berg", "Bakker", "Visser", "Smit", "Meijer", "de Boer"),
    *("Mulder", "de Groot", "Bos", "Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker"),
    *("Kowalski", "Nowak", "Yılmaz", "El Amrani", "Popescu", "Silva", "O'Brien", "Nguyen"),
)
#: One person in so many has each trait, so that a small world shows all traits.
_SMS_ONLY_EVERY, _NEVER_READS_EVERY, _AWKWARD_EVERY, _STOPS_EVERY = 6, 5, 4, 9
_SAVED_EVERY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`office` is the phone that the person writes to; each span counts from the event before.
    `saved`: the office's phone has the person in its phone book. `stops`: the person answers STOP
    to the first message. `lid` is the account under which WhatsApp hides the number.
    """

    number: str
    lid: str = ""
    name: str = ""
    office: str = ""
    on_whatsapp: bool = True
    saved: bool = False
    delivered_ms: int = 700
    reads: bool = True
    read_ms: int = 4000
    answers: bool = False
    answer_ms: int = 15000
    awkward: bool = False
    stops: bool = False


def make_people(offices: list[str], *, seed: int, per_office: int) -> list[Person]:
    """The same people for the same seed, each with a valid Dutch mobile number of their own."""
    rng = random.Random(f"people {seed}")
    taken = set(offices)
    people = []
    for office in offices:
        for place in range(1, per_office + 1):
            number = _new_number(rng, taken)
            taken.add(number)
            people.append(_person(rng, number=number, office=office, place=place))
    return people


def _person(rng: random.Random, *, number: str, office: str, place: int) -> Person:
    return Person(
        number=number,
        name=f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}",
        office=office,
        on_whatsapp=place % _SMS_ONLY_EVERY != 0,
        saved=place % _SAVED_EVERY == 0,
        delivered_ms=rng.randint(300, 2500),
        reads=place % _NEVER_READS_EVERY != 0,
        read_ms=rng.randint(1500, 20_000),
        answers=rng.random() < 0.7,
        answer_ms=rng.randint(6000, 60_000),
        awkward=place % _AWKWARD_EVERY == 0,
        stops=place % _STOPS_EVERY == 0,
    )


def _new_number(rng: random.Random, taken: set[str]) -> str:
    while True:
        number = f"+316{rng.randint(10_000_000, 59_999_999)}"
        if number not in taken and phonenumbers.is_valid_number(phonenumbers.parse(number)):
            return number

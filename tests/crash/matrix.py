"""Every step at which Balie is killed, for each load, and the outcome of the message."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import repeat
from pathlib import Path

from appliance.channels import Channel
from appliance.queue.steps import Step
from tests.crash.balie_child import ACCEPTED, ACCEPTING, photo_of
from tests.crash.office import LEFT, Office, World, world

SPEED = 20.0
"""The world's clock, so that the visits for ticks come within seconds."""

STEPS = (ACCEPTING, ACCEPTED, *(step.value for step in Step))

IN_DOUBT = frozenset(
    step.value
    for step in (
        Step.DOUBTING,
        Step.DOUBTED,
        Step.ASKING,
        Step.ANSWERED,
        Step.KEEPING_ANSWER,
        Step.ANSWER_KEPT,
    )
)
"""Steps at a start after a kill: to reach them, Balie is first killed between tap and proof."""

OF_TICKS = frozenset(step.value for step in (Step.VISITING, Step.KEEPING_TICKS, Step.TICKS_KEPT))
"""WhatsApp's own: an SMS has no chat to visit."""

NUMBER = "+316555{place:05}"
GROUP = "Ploeg Utrecht"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What Balie sends when it is killed, `time` the step is reached."""

    name: str
    channel: Channel
    photos: int = 0
    time: int = 1
    in_group: bool = False


TEXTS = tuple(Load(name=each.name, channel=each) for each in (Channel.WHATSAPP, Channel.SMS))
PHOTO = Load(name="photo", channel=Channel.WHATSAPP, photos=1)
SECOND_PHOTO = Load(name="second photo", channel=Channel.WHATSAPP, photos=2, time=2)
POST = Load(name="post in a group", channel=Channel.WHATSAPP, in_group=True)
PHOTO_POST = Load(name="photo in a group", channel=Channel.WHATSAPP, photos=1, in_group=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`left`: how often it really left. `promised`: the client was told that it is accepted."""

    step: str
    load: str
    text: str
    promised: bool
    state: str
    photos: int = 0
    left: int = 0

    @property
    def is_lost(self) -> bool:
        return self.promised and self.left == 0 and self.state != "person"

    @property
    def is_doubled(self) -> bool:
        return self.left > 1


def cases(
    steps: Sequence[str], loads: Sequence[Load], *, in_turn: bool
) -> Sequence[tuple[str, Load]]:
    """All steps of all loads; `in_turn`: each step for one load only, the next for the next one."""
    found: list[tuple[str, Load]] = []
    for place, step in enumerate(steps):
        may = [each for each in loads if each.channel is Channel.WHATSAPP or step not in OF_TICKS]
        found += [(step, each) for each in ([may[place % len(may)]] if in_turn else may)]
    return found


def outcomes(
    folder: Path,
    steps: Sequence[str],
    *,
    phones: int,
    loads: Sequence[Load] = TEXTS,
    in_turn: bool = False,
) -> list[Outcome]:
    """Kills at these `cases`, spread over this many phones."""
    chosen = cases(steps, loads, in_turn=in_turn)
    with world(folder, phones=phones, speed=SPEED) as here, ThreadPoolExecutor(phones) as pool:
        shares = [chosen[place::phones] for place in range(phones)]
        done = [*pool.map(_share, repeat(folder), repeat(here), range(phones), shares)]
        left = here.left()  # only at the very end: a second copy may come late
        return sorted(
            (replace(each, left=_times(left, each)) for share in done for each in share),
            key=lambda each: (each.load, STEPS.index(each.step)),
        )


def _times(left: Sequence[str], outcome: Outcome) -> int:
    """How often all of it left: 0 where a photo did not, and more than 1 where one did twice."""
    photos = [sha256(photo_of(outcome.text, place)).hexdigest() for place in range(outcome.photos)]
    times = [left.count(each) for each in photos or [outcome.text]]
    return max(times) if all(times) else 0


def table(found: Sequence[Outcome]) -> str:
    """A Markdown row for each step: how often the message left, and its final state."""
    cells = {(o.step, o.load): f"{o.left}, {o.state}" for o in found}
    loads = sorted({o.load for o in found})
    rows = [f"| killed at | {' | '.join(loads)} |", "|---" * (len(loads) + 1) + "|"]
    rows += [
        f"| {step} | {' | '.join(cells.get((step, load), '–') for load in loads)} |"
        for step in STEPS
    ]
    lost, doubled = sum(o.is_lost for o in found), sum(o.is_doubled for o in found)
    return "\n".join([*rows, f"\n{len(found)} kills: {lost} lost, {doubled} doubled"])


def _share(
    folder: Path, here: World, place: int, cases: Sequence[tuple[str, Load]]
) -> list[Outcome]:
    group = GROUP if any(load.in_group for _, load in cases) else ""
    phones = [here.phones[place]]
    office = Office(data=folder / f"office{place}", world=here, phones=phones, group=group)
    numbers = [NUMBER.format(place=place * 100 + at) for at in range(len(cases))]
    office.found(numbers)
    office.start()
    try:
        return [
            _case(office, step, load, number)
            for (step, load), number in zip(cases, numbers, strict=True)
        ]
    finally:
        office.kill()


def _case(office: Office, step: str, load: Load, number: str) -> Outcome:
    """The Balie that settles one message is killed during the next one."""
    text = f"Dienst {step} per {load.name}"
    first = Step.TAPPED.value if step in IN_DOUBT else step
    message = {
        "line": office.phones[0].number,
        "number": number,
        "channel": load.channel.name,
        "text": text,
        "photos": load.photos,
        "group": GROUP if load.in_group else None,
        "step": first,
        "time": load.time,
    }
    promised = office.accept(message) is not None
    office.died()
    if step in IN_DOUBT:
        office.start(step)
        office.died()
    office.start()
    state = "never accepted"
    if text in office.messages():
        found, reason = office.settles(text)
        state = found if found in LEFT else str(reason)
    return Outcome(
        step=step,
        load=load.name,
        text=text,
        promised=promised,
        state=state,
        photos=load.photos,
    )

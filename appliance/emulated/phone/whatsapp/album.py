"""Photos in a row that are drawn as one."""

from collections.abc import Iterator, Sequence

from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.whatsapp.media import MediumKind
from appliance.emulated.phone.whatsapp.model import Message

FEWEST = 4
_TILES = 4


def albums_of(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """The messages in their order, those of an album together."""
    run: list[Message] = []
    for message in messages:
        if run and not (_is_piece(message) and message.sender == run[-1].sender):
            yield from _split(run)
            run = []
        if _is_piece(message):
            run.append(message)
        else:
            yield [message]
    yield from _split(run)


def draw_album(pieces: Sequence[Message], brush: Brush, bounds: Bounds) -> Iterator[Node]:
    """Four tiles; the number on the last says how many stand behind it, itself among them."""
    tiles = [brush("ImageView", bounds, rid=f"thumb_{place}") for place in range(_TILES)]
    if len(pieces) > _TILES:
        hidden = len(pieces) - _TILES + 1
        tiles.append(brush("TextView", bounds, rid="more", text=f"+{hidden}"))
    yield brush("FrameLayout", bounds, *tiles, rid="media_grid")
    missing = [each for each in pieces if each.medium and not each.medium.downloaded]
    if missing:
        action = f"download:{','.join(str(each.id) for each in missing)}"
        yield brush.button("ImageButton", bounds, rid="control_btn", action=action)


def _is_piece(message: Message) -> bool:
    plain = not (message.text or message.quotes or message.deleted or message.notice)
    return plain and message.medium is not None and message.medium.kind is MediumKind.PHOTO


def _split(run: Sequence[Message]) -> Iterator[Sequence[Message]]:
    if len(run) >= FEWEST:
        yield run
    else:
        yield from ([each] for each in run)

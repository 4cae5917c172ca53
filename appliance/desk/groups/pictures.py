"""The picture that the office wants a group to have."""

from appliance.errors import InvalidInput
from appliance.media.kinds import MediaState
from appliance.store.media import Media

FIELD = "picture"
_TYPES = frozenset({"image/jpeg", "image/png"})
SHORTEST_PX = 192
"""WhatsApp refuses smaller ones; it cuts larger ones itself."""


def check_picture(media: Media) -> None:
    """Raises InvalidInput."""
    if media.type not in _TYPES:
        raise InvalidInput(FIELD, "The picture of a group is a JPEG or a PNG.")
    if media.state is not MediaState.HERE:
        raise InvalidInput(FIELD, "Balie does not have this picture any more. Upload it again.")
    shortest = min(media.width or SHORTEST_PX, media.height or SHORTEST_PX)
    if shortest < SHORTEST_PX:
        sentence = f"Choose a picture with at least {SHORTEST_PX} pixels on each side."
        raise InvalidInput(FIELD, sentence)

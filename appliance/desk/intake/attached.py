"""The medium of a message that came: noted with it, and brought from the phone later."""

from appliance.devices.protocol import Incoming, TextForm
from appliance.media.kinds import MediaWhy
from appliance.store import media_fetches
from appliance.store.store import Tx


def keep(tx: Tx, device_id: str, message_id: str, incoming: Incoming) -> None:
    """What can be seen once is noted and never brought."""
    medium = incoming.media
    if medium is None or incoming.form is not TextForm.WORDS:
        return
    why = None if medium.has_file else MediaWhy.NO_FILE
    media_fetches.expect(
        tx,
        message_id,
        device_id,
        kind=medium.kind,
        sign=medium.sign,
        words=medium.words,
        name=medium.name,
        why_not=MediaWhy.VIEW_ONCE if medium.once else why,
    )

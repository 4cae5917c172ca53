"""The names of places that people send: a notification has only the word for one."""

from appliance.desk.intake import placing
from appliance.devices.news_protocol import PlaceName
from appliance.media.kinds import MediaKind
from appliance.store import media_fetches
from appliance.store.store import Tx


def keep(tx: Tx, device_id: str, place: PlaceName) -> None:
    """Kept where the message told no name; once it has one, it keeps that."""
    sender = place.channel.told(place.sender)
    line = placing.line_for(tx.conn, device_id, sender)
    found = tx.conn.execute(
        "SELECT media.id FROM contact_identity n JOIN conversation c ON c.contact_id = n.contact_id"
        " JOIN message m ON m.conversation_id = c.id"
        " JOIN message_media f ON f.message_id = m.id JOIN media ON media.id = f.media_id"
        " WHERE n.value = ? AND n.scheme = ? AND c.line_id = ? AND m.device_key = ?"
        " AND media.kind = ? AND media.name = ''",
        (*sender, line.id if line else None, place.key, MediaKind.LOCATION.value),
    ).fetchone()
    if found is not None:
        tx.conn.execute("UPDATE media SET name = ? WHERE id = ?", (place.name, found["id"]))
        media_fetches.tell(tx, found["id"])

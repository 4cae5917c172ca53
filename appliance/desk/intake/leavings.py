"""Somebody blocked the line at a service: a withdrawal that no message says."""

from appliance.desk.consent import near_stop, withdrawal
from appliance.desk.intake.placing import line_for
from appliance.devices.news_protocol import Leaving
from appliance.identities import Identity
from appliance.store import consent, contacts
from appliance.store.consent import ConsentKind
from appliance.store.store import Tx


def keep(tx: Tx, device_id: str, who: Identity, leaving: Leaving) -> None:
    """Under the locks of the person. Who is not known here had given nothing to withdraw, and
    nobody confirms it to them: they would not get it.
    """
    line = line_for(tx.conn, device_id, who)
    contact = contacts.by_identity(tx.conn, who)
    if line is None or contact is None:
        return
    if consent.verdict(tx.conn, line.id, who).opted_out:
        return
    consent.record(
        tx,
        identity=who,
        contact_id=contact.id,
        line_id=line.id,
        kind=ConsentKind.OPTED_OUT,
        channel=leaving.channel,
        recorded_by="service",
        words=leaving.words,
    )
    withdrawal.cancel_waiting(tx, contact.id, line_id=line.id)
    near_stop.overtake(tx, contact.id, line.id)

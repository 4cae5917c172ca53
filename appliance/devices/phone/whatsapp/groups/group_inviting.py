"""WhatsApp's invitation for who lets nobody add them: a message to them, sent by one tap.

Whether it left no page says for certain, so it is sent once: a try that may have sent it is for a
person.
"""

from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.whatsapp.groups import group_pages as pages
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.groups.group_info import GroupInfo
from appliance.errors import InviteOnly, Permanent, Transient, Unconfirmed


def invite(info: GroupInfo) -> None:
    """Answers the dialog that offers it. Raises InviteOnly where no person has said so yet."""
    hands = info.hands
    if not info.change.invites:
        facts = hands.keep(hands.screen, seen="invitation")
        hands.phone.session.back()
        raise InviteOnly("They let nobody add them. They can be invited, if they want it.", facts)
    if info.change.was_tapped:
        facts = hands.keep(hands.screen, seen="invitation")
        hands.phone.session.back()
        raise Permanent("Look on the phone whether they were invited already.", facts)
    hands.press(hands.until(_offer, "the offer to invite them"))
    _send(info, hands.until(_send_button, "the invitation"))


def _send(info: GroupInfo, send: View) -> None:
    hands = info.hands
    with info.turn.clear_to_change():
        try:
            hands.phone.session.tap(send.box.centre)
        except Unconfirmed as exc:
            raise Permanent("Look on the phone whether they were invited.", exc.evidence) from exc
    if not hands.seen(lambda app: _is_sent(app) or None):
        raise Transient(
            "The phone did not send the invitation.", hands.keep(hands.screen, seen="invitation")
        )


def _is_sent(app: Screen) -> bool:
    """WhatsApp went on to the group or to the chat; a dark screen and another app say nothing."""
    went_on = pages.info_page(app) or app.first("conversation_contact")
    return went_on is not None and _send_button(app) is None


def _offer(app: Screen) -> View | None:
    """The dialog's own button, by its words where it has others."""
    if not any(view.full_id == "android:id/message" for view in app.walk()):
        return None
    button = pages.dialog_button(app)
    return button if button and pages.says(button, words.INVITE) else None


def _send_button(app: Screen) -> View | None:
    """On the page of the invitation, which has no text of a chat."""
    return None if app.first("entry") else pages.by_id(app, "send", "send_invite")

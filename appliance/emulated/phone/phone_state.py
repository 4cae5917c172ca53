"""The state of an emulated phone for an observer outside."""

from typing import Any

from appliance.emulated.phone.phone import EmulatedPhone

_LAST_TAPS = 50


def state_of(phone: EmulatedPhone, *, waiting: int) -> dict[str, Any]:
    """`tapped` are the resource ids of the latest taps; `waiting` are letters for this phone."""
    handset, adbd = phone.handset, phone.adbd
    chats = handset.whatsapp.account.chats
    return {
        "serial": phone.serial,
        "number": handset.number,
        "iccid": handset.sim.iccid if handset.sim else None,
        "powered": handset.powered,
        "screen_on": handset.screen_on,
        "locked": handset.lock.keyguard,
        "front": f"{handset.front.package}/{handset.front.activity()}",
        "open_chat": handset.whatsapp.open_chat_jid,
        "unread": {
            "whatsapp": {jid: chat.unread for jid, chat in chats.items() if chat.unread},
            "sms": handset.providers.unread(),
        },
        "drafts": {jid: chat.draft for jid, chat in chats.items() if chat.draft},
        "notifications": len(handset.shade.posted),
        "outbox": handset.whatsapp.outbox.waiting,
        "waiting": waiting,
        "taps": handset.taps,
        "tapped": handset.tapped[-_LAST_TAPS:],
        "round_trips": adbd.round_trips,
        "opens": adbd.opens,
        "rpc_calls": dict(adbd.rpc_calls),
        "server_running": adbd.server_running,
    }

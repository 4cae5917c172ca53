"""One message as one call of the Bot API, and what its answer proves."""

from typing import Any

from appliance.devices.evidence_facts import telling_quoted
from appliance.devices.protocol import Attempt, Outgoing, Proof, Tick
from appliance.devices.stored_json import is_whole
from appliance.devices.telegram import updates
from appliance.devices.telegram.bot_api import BotApi, NotAnswered, NotReached, SaidNo
from appliance.devices.telegram.media import MOST_OUT, upload_for
from appliance.devices.telegram.telegram_channel import chat_of
from appliance.errors import Busy, DeviceError, Permanent, Transient, Unconfirmed

_LEAST_PAUSE_S = 1.0
_TOO_LARGE = 413


class Blocked(Exception):
    """They took the bot out, or are gone: `error` is what becomes of the message."""

    def __init__(self, words: str, error: DeviceError) -> None:
        super().__init__(words)
        self.words = words
        self.error = error


def send(api: BotApi, attempt: Attempt, bot_id: str) -> Proof:
    """Raises Blocked, and DeviceError."""
    outgoing = attempt.outgoing
    chat_id = chat_of(outgoing.number)
    answered = updates.number_in(outgoing.quoted, bot_id, chat_id) if outgoing.quoted else None
    if outgoing.file is not None and outgoing.file.path.stat().st_size > MOST_OUT:
        raise Permanent("The file is larger than a bot can send.", {"seen": "too-large"})
    try:
        with attempt.clear_to_send({"chat": chat_id}):
            told = _call(api, outgoing, chat_id, answered)
    except NotReached as exc:
        raise Transient("Telegram was not reached.", {"seen": str(exc)}) from exc
    except NotAnswered as exc:
        raise Unconfirmed("Telegram did not say what became of it.", {"seen": str(exc)}) from exc
    except SaidNo as exc:
        raise _meaning(exc) from exc
    return _proof(told, chat_id, answered)


def _call(api: BotApi, outgoing: Outgoing, chat_id: int, answered: int | None) -> Any:
    """Without a `parse_mode`: what somebody typed is what arrives. `answered` is the number of the
    message that a text answers; where they deleted that, the text arrives all the same.
    """
    file = outgoing.file
    if file is None:
        to = {"message_id": answered, "allow_sending_without_reply": True}
        return api.call(
            "sendMessage",
            chat_id=chat_id,
            text=outgoing.text,
            reply_parameters=to if answered is not None else None,
        )
    upload = upload_for(file, file.path.stat().st_size)
    return api.upload(
        upload.method,
        upload.field,
        file.path,
        file.name,
        file.type,
        chat_id=chat_id,
        caption=outgoing.text or None,
    )


def _proof(told: Any, chat_id: int, answered: int | None) -> Proof:
    """Its number in the chat is the proof that Telegram has it, and what stands in it as answered
    that they see the quote. Raises Unconfirmed without a number.
    """
    if not isinstance(told, dict) or not is_whole(told.get("message_id")):
        raise Unconfirmed("Telegram answered without a message.", {"seen": "no message_id"})
    facts: dict[str, Any] = {updates.NUMBER: told["message_id"], updates.CHAT: chat_id}
    if is_whole(told.get("date")):
        facts["telegram_date_s"] = told["date"]
    if answered is not None:
        before = told.get("reply_to_message")
        shown = isinstance(before, dict) and before.get("message_id") == answered
        facts |= telling_quoted(quoted=shown)
    return Proof(tick=Tick.SENT, facts=facts)


def _meaning(exc: SaidNo) -> Exception:
    """Telegram's own no proves that nothing left."""
    seen = {"error_code": exc.code, "seen": exc.description}
    if exc.is_too_fast:
        pause_s = max(exc.retry_after_s or 0.0, _LEAST_PAUSE_S)
        return Busy("Telegram wants a pause.", seen, pause_s=pause_s)
    if exc.is_shut or exc.is_conflict:
        return Transient("Telegram does not let this bot in.", seen)
    if exc.is_left:
        error = Permanent("They do not want this bot, or are gone.", seen)
        return Blocked(f"{exc.code} {exc.description}", error)
    if exc.code == _TOO_LARGE:
        return Permanent("The file is larger than a bot can send.", seen)
    return Permanent("Telegram refused it.", seen)

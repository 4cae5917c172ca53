"""What a test or a person makes happen in the world of the bots: `POST /control/…`."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from appliance.emulated.telegram.bot_faults import BotFault, BotFaultKind, BotFaults
from appliance.emulated.telegram.bot_methods import describe_photo
from appliance.emulated.telegram.bot_world import BotWorld, EmulatedBot, Json, TelegramPerson

_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
"""The smallest picture."""


class BotControl:
    """`write {person, text, photo?}`, `edit {message, text}`, `block {person, silently?}`, `join
    {person, chat}`, `webhook {url}`, `fault {fault, method?, times?, retry_after_s?, done?}`;
    `truth` and `bots` only tell. `bot` is a username, by default the first one; `person` a name or
    an id, made when new.
    """

    def __init__(self, world: BotWorld, faults: BotFaults) -> None:
        self._world = world
        self._faults = faults
        self._written: dict[int, Json] = {}
        self._verbs: dict[str, Callable[[Json], Any]] = {
            "write": self.write,
            "edit": self._edit,
            "block": self._block,
            "join": self._join,
            "webhook": self._webhook,
            "fault": self._fault,
            "truth": lambda _: {"items": self._world.truth},
            "bots": lambda _: {"items": [self._shown(each) for each in world.bots.values()]},
        }

    def answer(self, path: Sequence[str], body: bytes) -> tuple[int, Any]:
        verb = self._verbs.get(path[0]) if path else None
        if verb is None:
            return 404, {"error": f"One of: {', '.join(self._verbs)}."}
        try:
            return 200, verb(json.loads(body or b"{}"))
        except (KeyError, ValueError, TypeError, StopIteration) as exc:
            return 400, {"error": f"{type(exc).__name__}: {exc}"}

    def write(self, wanted: Json) -> Json:
        """Raises StopIteration where there is no such bot."""
        bot, person = self._bot(wanted), self._person(wanted)
        if wanted.get("photo"):
            file = self._world.keep_file(_PIXEL, folder="photos", name="photo.png")
            content: Json = {"photo": describe_photo(file)}
            if wanted.get("text"):
                content["caption"] = wanted["text"]
        else:
            content = {"text": wanted["text"]}
        message = self._world.put(bot, person, content)
        self._written[message["message_id"]] = message
        return {"message": message["message_id"], "person": person.id}

    def _edit(self, wanted: Json) -> Json:
        message = self._written[wanted["message"]]
        self._world.edit(self._bot(wanted), message, text=wanted["text"])
        return {"message": wanted["message"]}

    def _block(self, wanted: Json) -> Json:
        person, silently = self._person(wanted), bool(wanted.get("silently"))
        self._world.block(self._bot(wanted), person, silently=silently)
        return {"person": person.id}

    def _join(self, wanted: Json) -> Json:
        chat_id = int(wanted.get("chat", -4_000_000_001))
        self._world.add_to_group(self._bot(wanted), self._person(wanted), chat_id)
        return {"chat": chat_id}

    def _webhook(self, wanted: Json) -> Json:
        self._world.set_webhook(self._bot(wanted), str(wanted.get("url", "")))
        return {"url": wanted.get("url", "")}

    def _fault(self, wanted: Json) -> Json:
        method = wanted.get("method")
        fault = BotFault(
            kind=BotFaultKind(wanted["fault"]),
            method=str(method).lower() if method else None,
            times=int(wanted.get("times", 1)),
            retry_after_s=int(wanted.get("retry_after_s", 1)),
            done=bool(wanted.get("done", True)),
        )
        self._faults.add(fault)
        return {"fault": fault.kind.value}

    def _bot(self, wanted: Json) -> EmulatedBot:
        bots = self._world.bots.values()
        return next(each for each in bots if wanted.get("bot") in (None, each.username))

    def _person(self, wanted: Json) -> TelegramPerson:
        named = wanted["person"]
        known = self._world.people.values()
        found = next((each for each in known if named in (each.id, each.first_name)), None)
        return found or self._world.add_person(str(named))

    @staticmethod
    def _shown(bot: EmulatedBot) -> Json:
        return {"id": bot.id, "username": bot.username, "token": bot.token}

"""A language model of the tests: a server on the loopback that speaks OpenAI's chat completions."""

import json
from collections.abc import Callable

from appliance.relay.suggesting import Suggester
from appliance.store.store import Store
from appliance.suggestion_settings import SuggestionSettings
from tests.webhook_receiver import Got, Receiver, Say

MODEL = "llama3.2"


def proposing(text: object) -> Callable[[Got], Say]:
    """It proposes this to whoever asks."""
    message = {"role": "assistant", "content": text}
    completion = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_772_440_200,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 80, "completion_tokens": 20, "total_tokens": 100},
    }
    body = json.dumps(completion).encode()
    return lambda _: Say(status=200, headers={"Content-Type": "application/json"}, body=body)


def settings_of(model: Receiver, within_s: float = 30) -> SuggestionSettings:
    return SuggestionSettings(url=f"{model.url}/v1/", model=MODEL, within_s=within_s)


def asking(model: Receiver, within_s: float = 30) -> Callable[[Store], Suggester]:
    return lambda store: Suggester(settings_of(model, within_s), store)

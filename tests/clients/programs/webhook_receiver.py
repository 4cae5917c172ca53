"""Judges requests as the receivers of two libraries do; reads a list of `{secret, headers, body}`.

Writes for each library the types that it read, or the names of its refusals.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

import standardwebhooks
import svix


def judged(library: Any, given: Mapping[str, Any]) -> str:
    try:
        library.Webhook(given["secret"]).verify(given["body"], given["headers"])
    except library.WebhookVerificationError as exc:
        return type(exc).__name__
    return str(json.loads(given["body"])["type"])


requests = json.load(sys.stdin)
found = {
    each.__name__: [judged(each, given) for given in requests] for each in (standardwebhooks, svix)
}
sys.stdout.write(json.dumps(found))

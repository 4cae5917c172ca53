"""Sends and reads with the client that was generated: `generated.py FOLDER URL TOKEN LINE TO`."""

import importlib
import pkgutil
import sys

folder, url, token, line, to = sys.argv[1:]
sys.path.insert(0, folder)

import balie_client  # noqa: E402
from balie_client import AuthenticatedClient  # noqa: E402
from balie_client.api.contacts import list_contacts  # noqa: E402
from balie_client.api.messages import list_messages, send_message  # noqa: E402
from balie_client.models import Accepted, MessageIn, MessagePage, Problem  # noqa: E402

for module in pkgutil.walk_packages(balie_client.__path__, "balie_client."):
    importlib.import_module(module.name)

with AuthenticatedClient(base_url=url, token=token) as client:
    body = MessageIn(line=line, to=to, text="Van een gemaakte client")
    sent = send_message.sync(client=client, body=body, idempotency_key="made")
    assert isinstance(sent, Accepted), sent
    refused = send_message.sync(client=client, body=MessageIn(line=line, to="06", text="x"))
    assert isinstance(refused, Problem), refused
    assert refused.field == "to"
    page = list_messages.sync(client=client, contact=to)
    assert isinstance(page, MessagePage), page
    assert sent.id in [each.id for each in page.items]
    assert [each.name for each in list_contacts.sync(client=client).items]

"""pywa against Balie: everything that it can ask, each with what came of it, as one JSON object.

Arguments: Balie's address, a token, the number's id, who agreed, who did not, a link to a picture,
and the id of a message that came. pywa has Meta's address in its code, so its session takes what is
for that to Balie.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import httpx
from cloud_transport import ToBalie
from pywa import WhatsApp

BALIE, TOKEN, PHONE, ANNA, STRANGER, LINK, CAME = sys.argv[1:]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def client(token: str = TOKEN) -> WhatsApp:
    return WhatsApp(
        phone_id=PHONE, token=token, session=httpx.Client(transport=ToBalie(BALIE), timeout=60)
    )


def refused(work: Callable[[], Any]) -> str:
    try:
        return f"went: {work()}"
    except Exception as exc:
        return f"{type(exc).__name__} {getattr(exc, 'code', exc)}"


wa = client()
uploaded = wa.upload_media(media=PDF, mime_type="application/pdf", filename="rooster.pdf")
url = wa.get_media_url(uploaded.id)
had = wa.get_media_bytes(url=url.url)
number = wa.get_business_phone_number()
sys.stdout.write(
    json.dumps(
        {
            "sent": {
                "text": wa.send_message(ANNA, "Dag Anna", tracker="shift-1").id,
                "answer": wa.send_message(ANNA, "Ja hoor", reply_to_message_id=CAME).id,
                "link": wa.send_image(ANNA, LINK, caption="Zo vind je ons").id,
                "document": wa.send_document(ANNA, uploaded.id, filename="week 12.pdf").id,
            },
            "read": bool(wa.mark_message_as_read(CAME)),
            "typing": bool(wa.indicate_typing(CAME)),
            "url": [url.mime_type, url.file_size, had == PDF],
            "deleted": bool(wa.delete_media(uploaded.id)),
            "number": [number.id, number.verified_name, number.display_phone_number],
            "numbers": [each.id for each in wa.get_business_phone_numbers(waba_id=PHONE)],
            "account": wa.get_business_account(waba_id=PHONE).id,
            "refused": {
                "stranger": refused(lambda: wa.send_message(STRANGER, "Dag")),
                "location": refused(lambda: wa.send_location(ANNA, 52.1, 5.1)),
                "reaction": refused(lambda: wa.send_reaction(ANNA, "👍", CAME)),
                "token": refused(lambda: client("falsch").send_message(ANNA, "Dag")),
                "inner": refused(lambda: wa.send_image(ANNA, "http://127.0.0.1:1/geheim.png")),
                "gone": refused(lambda: wa.get_media_url(uploaded.id)),
                "raw template": refused(
                    lambda: wa.api.send_raw_request(
                        "POST",
                        f"/{PHONE}/messages",
                        json={
                            "messaging_product": "whatsapp",
                            "to": ANNA,
                            "type": "template",
                            "template": {"name": "hello_world", "language": {"code": "nl"}},
                        },
                    )
                ),
            },
        }
    )
)

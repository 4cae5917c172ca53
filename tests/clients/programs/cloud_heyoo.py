"""heyoo against Balie: what it answered, as one JSON object.

Arguments: Balie's address, a token, the number's id, who agreed, a link to a picture, the id of a
message that came, and a file. Its addresses are attributes: they are changed, and nothing else.
"""

import json
import sys
from pathlib import Path

from heyoo import WhatsApp

BALIE, TOKEN, PHONE, ANNA, LINK, CAME, FILE = sys.argv[1:]
wa = WhatsApp(TOKEN, PHONE)
wa.base_url, wa.v15_base_url = f"{BALIE}/v14.0", f"{BALIE}/v15.0"
wa.url = f"{wa.base_url}/{PHONE}/messages"

media = wa.upload_media(FILE)["id"]
saved = wa.download_media(wa.query_media_url(media), "image/jpeg", FILE + ".had")
same = Path(FILE).read_bytes() == Path(saved).read_bytes()


def id_of(answer: dict) -> str:
    return answer["messages"][0]["id"]


sys.stdout.write(
    json.dumps(
        {
            "sent": [
                id_of(wa.send_message("Dag Anna", ANNA)),
                id_of(wa.reply_to_message(CAME, ANNA, "Ja hoor")),
                id_of(wa.send_image(LINK, ANNA, caption="Zo vind je ons")),
                id_of(wa.send_image(media, ANNA, link=False)),
            ],
            "same": same,
            "read": wa.mark_as_read(CAME),
            "deleted": wa.delete_media(media),
            "refused": [
                wa.send_template("hello_world", ANNA, [])["error"]["code"],
                wa.send_reaction("👍", CAME, ANNA)["error"]["code"],
                wa.send_location(52.1, 5.1, "Hier", "Straat 1", ANNA)["error"]["code"],
                wa.send_sticker(LINK, ANNA)["error"]["code"],
                wa.send_message("Dag", "31687654398")["error"]["code"],
            ],
        }
    )
)

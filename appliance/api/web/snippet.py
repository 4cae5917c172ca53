"""What is copied into a website: the facts, links for who has no scripts, and the script itself."""

import base64
import functools
import hashlib
import json
from dataclasses import dataclass

from markupsafe import escape

from appliance.api.public_facts import facts_body
from appliance.api.web.assets import STATIC_DIR
from appliance.desk.website.facts import LineFacts
from appliance.desk.website.first_words import first_words
from appliance.phone_numbers import readable

SCRIPT = "website/balie.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """`element` alone is for a website that has the script as a file of its own."""

    facts: str
    element: str
    script: str

    @property
    def with_file(self) -> str:
        return f'{self.element}\n<script src="balie.js" defer></script>\n'

    @property
    def whole(self) -> str:
        return f"{self.element}\n<script>{self.script}</script>\n"


def snippet_of(facts: LineFacts) -> Snippet:
    drawn = json.dumps(facts_body(facts), ensure_ascii=False, separators=(",", ":"))
    return Snippet(facts=drawn, element=_element(facts, drawn), script=script())


@functools.cache
def script() -> str:
    """As we wrote it, without indentation and notes: at most 8 kB."""
    source = (STATIC_DIR / SCRIPT).read_text(encoding="utf-8")
    lines = (line.strip() for line in source.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("/**"))


@functools.cache
def script_hash() -> str:
    """What a `script-src` names to let the copied script run, and no other (CSP 3 §2.3.1)."""
    digest = hashlib.sha256(script().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _element(facts: LineFacts, drawn: str) -> str:
    told = f"facts='{_in_quotes(drawn)}'"
    if facts.website.refresh_from:
        told += f' refresh="{escape(facts.website.refresh_from)}"'
    return f"<balie-contact {told}>\n{_without_script(facts)}\n</balie-contact>"


def _in_quotes(text: str) -> str:
    return text.replace("&", "&amp;").replace("'", "&#39;").replace("<", "&lt;")


def _without_script(facts: LineFacts) -> str:
    number = facts.line.number
    words = first_words(facts, facts.branch.settings.language)
    links = [
        f'<a href="{escape(each.link_to(number, words))}">{escape(each.label)}</a>'
        for each in facts.channels
    ]
    return f"<p>{escape(facts.branch.name)}: {escape(readable(number))} {' '.join(links)}</p>"

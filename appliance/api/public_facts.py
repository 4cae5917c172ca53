"""What the widget on a website is given of a line: the same in the copied snippet and at `/public`.

No moment stands in it, only days and hours: so it is the same all day, and a copy stays true.
"""

from typing import Any

from appliance.api.web.words.i18n import LANGUAGES
from appliance.desk.website.facts import LineFacts
from appliance.desk.website.first_words import first_words
from appliance.phone_numbers import readable


def facts_body(facts: LineFacts) -> dict[str, Any]:
    settings = facts.branch.settings
    return {
        "branch": facts.branch.name,
        "number": facts.line.number,
        "number_shown": readable(facts.line.number),
        "language": settings.language,
        "ways": [
            {"label": each.label, "link": each.link_start(facts.line.number)}
            for each in facts.channels
        ],
        "words": {language: first_words(facts, language) for language in LANGUAGES},
        "zone": settings.zone,
        "week": facts.week,
        "days": facts.other_days,
        "until": facts.known_until.isoformat(),
        "reply_min": facts.reply_min,
        "privacy": settings.privacy_text,
        "as_of": facts.as_of.isoformat(),
    }

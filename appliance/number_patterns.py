"""Which numbers can be a mobile phone's, as a regular expression, from the numbering plans.

Of some countries only: of all it is 20 kB long, and a program that makes examples of it takes half
a second for each.
"""

from functools import cache

from phonenumbers import PhoneMetadata

_REGIONS = (
    *("NL", "BE", "DE", "PL", "RO", "BG", "HU", "ES", "PT", "FR", "IT", "GR", "HR", "SI", "SK"),
    *("CZ", "LT", "LV", "AT", "IE", "GB", "LU", "UA", "MD", "AM", "TR", "MA", "SR"),
    *("SY", "ER", "ET", "GH"),
)
"""From where most come who work through an agency here."""


@cache
def mobile_pattern() -> str:
    """In E.164, without anchors."""
    return r"\+(?:" + "|".join(map(_of, _REGIONS)) + ")"


def _of(region: str) -> str:
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.mobile is None or plan.mobile.national_number_pattern is None:
        raise LookupError(region)
    pattern = plan.mobile.national_number_pattern.replace(r"\d", "[0-9]")
    return f"{plan.country_code}(?:{pattern})"

"""Which numbers can be a mobile phone's, as one regular expression of all numbering plans."""

from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_WORLD = "001"


@cache
def mobile_pattern() -> str:
    """In E.164, without anchors. Some 20 kB, and all numbering plans are read for it, so it is made
    when somebody wants it.
    """
    return r"\+(?:" + "|".join(filter(None, map(_of_country, COUNTRY_CODE_TO_REGION_CODE))) + ")"


def _of_country(code: int) -> str:
    plans = (_plan(code, region) for region in COUNTRY_CODE_TO_REGION_CODE[code])
    patterns = dict.fromkeys(
        plan.mobile.national_number_pattern.replace(r"\d", "[0-9]")
        for plan in plans
        if plan and plan.mobile and plan.mobile.national_number_pattern
    )
    return f"{code}(?:{'|'.join(patterns)})" if patterns else ""


def _plan(code: int, region: str) -> PhoneMetadata | None:
    if region == _WORLD:
        return PhoneMetadata.metadata_for_nongeo_region(code, None)
    return PhoneMetadata.metadata_for_region(region, None)

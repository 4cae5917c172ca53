"""National language tables, TS 23.038 annex A, which a header may choose."""

from collections.abc import Mapping

from appliance.sms_parts import BASIC, EXTENDED

_LOCKING: dict[int, str] = {}
_SINGLE: dict[int, dict[int, str]] = {}


def locking(language: int) -> str:
    """128 characters by code; the default alphabet for a language that is not known."""
    return _LOCKING.get(language, BASIC)


def single(language: int) -> Mapping[int, str]:
    """Codes after an escape; the default extension for a language that is not known."""
    return _SINGLE.get(language, EXTENDED)

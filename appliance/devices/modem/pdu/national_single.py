"""National language single shift tables, TS 23.038 annex A.2: read where a header chooses one.

A table stands for the default extension table, one character after an escape. Runs of code
points begin at the code before them; `--` is a code that means nothing, 0x1B the escape among
them. Slips of the annex are read as in the locking tables.
"""

from collections.abc import Iterator, Mapping
from functools import cache

from appliance.sms_parts import EXTENDED

# Turkish (A.2.1), Spanish (A.2.2) and Portuguese (A.2.3) add to the default extension.
_LATIN = {
    1: {0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş"},
    2: {0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú"}
    | {0x61: "á", 0x69: "í", 0x6F: "ó", 0x75: "ú"},
    3: {0x05: "ê", 0x09: "ç", 0x0B: "Ô", 0x0C: "ô", 0x0E: "Á", 0x0F: "á"}
    | dict(enumerate("ΦΓ^ΩΠΨΣΘ", 0x12))
    | {0x1F: "Ê", 0x41: "À", 0x49: "Í", 0x4F: "Ó", 0x55: "Ú", 0x5B: "Ã", 0x5C: "Õ"}
    | {0x61: "Â", 0x69: "í", 0x6F: "ó", 0x75: "ú", 0x7B: "ã", 0x7C: "õ", 0x7F: "â"},
}

# What the other scripts share: the Latin signs that their locking tables have no room for.
_SHARED = (
    EXTENDED
    | dict(enumerate("@£$¥¿\"¤%&'", 0x00))
    | {0x0B: "*", 0x0C: "+"}
    | dict(enumerate("-/<=>¡^¡_#*", 0x0E))
    | dict(enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 0x41))
)

_OTHER_SCRIPTS = {
    # A.2.4 Bengali
    4: {
        0x19: "09E6 09E7 -- 09E8 09E9 09EA 09EB 09EC 09ED 09EE 09EF 09DF 09E0 09E1 09E2",
        0x2A: "09E3 09F2 09F3 09F4 09F5",
        0x30: "09F6 09F7 09F8 09F9 09FA",
    },
    # A.2.5 Gujarati
    5: {0x19: "0964 0965 -- 0AE6 0AE7 0AE8 0AE9 0AEA 0AEB 0AEC 0AED 0AEE 0AEF"},
    # A.2.6 Hindi
    6: {
        0x19: "0964 0965 -- 0966 0967 0968 0969 096A 096B 096C 096D 096E 096F 0951 0952",
        0x2A: "0953 0954 0958 0959 095A",
        0x30: "095B 095C 095D 095E 095F 0960 0961 0962 0963 0970 0971",
    },
    # A.2.7 Kannada
    7: {
        0x19: "0964 0965 -- 0CE6 0CE7 0CE8 0CE9 0CEA 0CEB 0CEC 0CED 0CEE 0CEF 0CDE 0CF1",
        0x2A: "0CF2",
    },
    # A.2.8 Malayalam
    8: {
        0x19: "0964 0965 -- 0D66 0D67 0D68 0D69 0D6A 0D6B 0D6C 0D6D 0D6E 0D6F 0D70 0D71",
        0x2A: "0D72 0D73 0D74 0D75 0D7A",
        0x30: "0D7B 0D7C 0D7D 0D7E 0D7F",
    },
    # A.2.9 Oriya
    9: {
        0x19: "0964 0965 -- 0B66 0B67 0B68 0B69 0B6A 0B6B 0B6C 0B6D 0B6E 0B6F 0B5C 0B5D",
        0x2A: "0B5F 0B70 0B71",
    },
    # A.2.10 Punjabi
    10: {
        0x19: "0964 0965 -- 0A66 0A67 0A68 0A69 0A6A 0A6B 0A6C 0A6D 0A6E 0A6F 0A59 0A5A",
        0x2A: "0A5B 0A5C 0A5E 0A75",
    },
    # A.2.11 Tamil
    11: {
        0x19: "0964 0965 -- 0BE6 0BE7 0BE8 0BE9 0BEA 0BEB 0BEC 0BED 0BEE 0BEF 0BF3 0BF4",
        0x2A: "0BF5 0BF6 0BF7 0BF8 0BFA",
    },
    # A.2.12 Telugu
    12: {
        0x1C: "0C66 0C67 0C68 0C69 0C6A 0C6B 0C6C 0C6D 0C6E 0C6F 0C58 0C59",
        0x2A: "0C78 0C79 0C7A 0C7B 0C7C",
        0x30: "0C7D 0C7E 0C7F",
    },
    # A.2.13 Urdu
    13: {
        0x19: "0600 0601 -- 06F0 06F1 06F2 06F3 06F4 06F5 06F6 06F7 06F8 06F9 060C 060D",
        0x2A: "060E 060F 0610 0611 0612",
        0x30: "0613 0614 061B 061F 0640 0652 0658 066B 066C 0672 0673 06CD",
        0x3F: "06D4",
    },
}


@cache
def single_shift_table(language: int) -> Mapping[int, str]:
    """Characters by the code after the escape; the default extension for an unknown language."""
    if language in _LATIN:
        return EXTENDED | _LATIN[language]
    if language in _OTHER_SCRIPTS:
        return _SHARED | dict(_placed(_OTHER_SCRIPTS[language]))
    return EXTENDED


def _placed(runs: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    for first, run in runs.items():
        for code, written in enumerate(run.split(), first):
            if written != "--":
                yield code, chr(int(written, 16))

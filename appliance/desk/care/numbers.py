"""Numbers that should not be kept, told by their check digits: a BSN, an account, a card."""

import re
from collections.abc import Collection, Iterator, Mapping

_LENGTHS: Mapping[str, int] = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FO FI FK GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ DZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
"""Of an IBAN, by country: the registry of SWIFT, release 99."""

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ .-]?[0-9]{2}(?:[ .-]?[A-Za-z0-9]){11,29}")
_LONG_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ .-]?[0-9]){15,25}(?![0-9])")
# A plus or a further digit before it, or behind it, tells of another number.
_BSN = re.compile(r"(?<![0-9+A-Za-z])[0-9](?:[ .-]?[0-9]){7,8}(?![0-9A-Za-z])(?![ .-]?[0-9])")
_DATE = re.compile(
    r"(?:(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2})"
    r"|(?:(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_NINE, _CARD, _POLISH = 9, 16, 26


def bsns_in(text: str, known: Collection[str]) -> Iterator[re.Match[str]]:
    """Stretches of 8 or 9 digits that pass the test of eleven and are neither a date, nor one of
    the numbers in `known`, which are digits.
    """
    for found in _BSN.finditer(text):
        digits = _digits(found.group())
        if digits in known or is_day(digits) or len(set(digits)) == 1:
            continue
        if _before(text, found) or not _is_bsn(digits.zfill(_NINE)):
            continue
        yield found


def is_bsn(text: str) -> bool:
    """Nine digits, as forms write them, that pass the test of eleven. One of eleven numbers does by
    chance.
    """
    digits = re.sub(r"[ .-]", "", text)
    is_number = digits.isascii() and digits.isdecimal() and len(digits) == _NINE
    return is_number and len(set(digits)) > 1 and _is_bsn(digits)


def is_day(digits: str) -> bool:
    """Whether eight digits may be a day, as forms write one."""
    return _DATE.fullmatch(digits) is not None


def has_bank_number(text: str) -> bool:
    """An IBAN of any country, a Polish account without its letters, or the number of a card."""
    return any(map(_is_iban, _ibans(text))) or any(
        _is_account(_digits(found.group())) for found in _LONG_DIGITS.finditer(text)
    )


def _ibans(text: str) -> Iterator[str]:
    """Cut to the length that the country has: words may follow."""
    for found in _IBAN.finditer(text):
        letters = re.sub(r"[ .-]", "", found.group()).upper()
        length = _LENGTHS.get(letters[:2])
        if length is not None and len(letters) >= length:
            yield letters[:length]


def _is_iban(letters: str) -> bool:
    """ISO 13616: the first four go to the end, letters become numbers, the rest of 97 is 1."""
    turned = letters[4:] + letters[:4]
    return int("".join(str(int(each, 36)) for each in turned)) % 97 == 1


def _is_account(digits: str) -> bool:
    if len(digits) == _POLISH:
        return _is_iban(f"PL{digits}")
    is_card = digits[0] == "4" or "51" <= digits[:2] <= "55" or "2221" <= digits[:4] <= "2720"
    return len(digits) == _CARD and is_card and _luhn(digits)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812: every second digit from the right counts twice."""
    doubled = (int(each) * (1 + at % 2) for at, each in enumerate(reversed(digits)))
    return sum(each - 9 if each > _NINE else each for each in doubled) % 10 == 0


def _is_bsn(digits: str) -> bool:
    weighed = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return weighed % 11 == 0


def _before(text: str, found: re.Match[str]) -> bool:
    """Whether digits stand right before it: then it is the end of a longer number."""
    return re.search(r"[0-9][ .-]?$", text[: found.start()]) is not None


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)

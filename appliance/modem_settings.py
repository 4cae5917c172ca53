r"""The table `[modem]` of the settings: PINs, what a modem may be made to do, asking for credit.

```toml
[modem]
may_reset = true

[modem.pins]
"8931440000000000001" = "0000"          # by ICCID of the SIM or IMEI of the modem

[modem.balance.20408]                   # by MCC and MNC of the operator
code = "*101#"
pattern = 'tegoed is (?P<euros>\d+),(?P<cents>\d\d)'
```
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

# ITU-T E.118 §4: up to 19 digits and a check digit; 3GPP TS 23.003 §6.2: 15 digits.
SimOrModem = Annotated[str, StringConstraints(pattern=r"^(\d{18,20}|\d{15})$")]
# 3GPP TS 23.003 §2.2: three digits of country, two or three of network.
Operator = Annotated[str, StringConstraints(pattern=r"^\d{5,6}$")]


def _pin(given: SecretStr) -> SecretStr:
    if not re.fullmatch(r"\d{4,8}", given.get_secret_value()):
        raise ValueError("a PIN has 4 to 8 digits, in quotes")
    return given


def _pattern(given: str) -> str:
    try:
        names = re.compile(given).groupindex
    except re.error as exc:
        raise ValueError(f"the pattern is none: {exc}") from exc
    if "euros" not in names:
        raise ValueError("the pattern needs a group (?P<euros>…), and may have (?P<cents>…)")
    return given


class BalanceSettings(BaseModel):
    """How an operator is asked for the credit of a prepaid SIM: a USSD code, and what its answer
    says. The groups `euros` and `cents` are digits; dots in `euros` are passed over.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, StringConstraints(pattern=r"^[0-9*#]{1,40}$")]
    pattern: Annotated[str, AfterValidator(_pattern)]


class ModemSettings(BaseModel):
    """`may_reset`: a modem that stops answering may be restarted, and its USB port reset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    may_reset: bool = True
    pins: Mapping[SimOrModem, Annotated[SecretStr, AfterValidator(_pin)]] = {}
    balance: Mapping[Operator, BalanceSettings] = {}
    balance_every_h: float = Field(default=24.0, ge=0.1)

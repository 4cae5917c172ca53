"""The table `[phone]` of the settings: what Balie may do to a phone beside reading and writing.

```toml
[phone]
may_reboot = true
```
"""

from pydantic import BaseModel, ConfigDict


class PhoneSettings(BaseModel):
    """`may_reboot`: a phone that nothing else brings back is restarted; one with a screen lock then
    waits for a person. `may_switch_port`: its USB port may be switched off and on, where the hub
    switches that port alone. That needs `uhubctl`. One that is away for long is switched by root,
    where `balie-port.service` is on. Balie itself does so with one that does not answer, which
    needs `balie-hubs.rules` and `balie-hubs.conf` (a card has them, elsewhere `balie doctor` says
    how), and so does the next. `may_spare_battery`:
    its port is also left without power for minutes while the branch is closed and nobody writes, so
    that its battery stays between 40 and 80 percent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    may_reboot: bool = False
    may_switch_port: bool = True
    may_spare_battery: bool = True

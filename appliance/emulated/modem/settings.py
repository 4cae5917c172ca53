"""What AT commands set, and what `AT&F`, `ATZ` and a restart put back."""

from dataclasses import dataclass, fields


@dataclass(slots=True, kw_only=True)
class AtSettings:
    """`cnmi` is mode, mt, bm, ds, bfr; `csmp` is fo, vp, pid, dcs of text mode."""

    echo: bool = True
    quiet: bool = False
    verbose: bool = True
    cmee: int = 0
    cmgf: int = 0
    cscs: str = "IRA"
    csms: int = 0
    cnmi: tuple[int, ...] = (0, 0, 0, 0, 0)
    csdh: int = 0
    csmp: tuple[int, ...] = (17, 167, 0, 0)
    clip: int = 0
    creg: int = 0
    cgreg: int = 0
    cereg: int = 0
    cusd: int = 0
    cops: int = 0
    cmms: int = 0
    memories: tuple[str, str, str] = ("SM", "SM", "SM")
    csca: str | None = None
    #: What +CFUN says: 1 full, 0 minimum, 4 radio off.
    cfun: int = 1
    #: S0 (V.250 §6.3.8): the ring at which the modem answers a call by itself; 0 never.
    s0: int = 0

    def reset(self, *, keep_radio: bool = False) -> None:
        """All settings as from the factory."""
        fresh = AtSettings(cfun=self.cfun) if keep_radio else AtSettings()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

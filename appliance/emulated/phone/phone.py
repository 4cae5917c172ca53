"""One emulated phone: a handset, the wire to it, and the faults that need both."""

import asyncio
from dataclasses import dataclass

from appliance.emulated.phone.emulated_handset import EmulatedHandset
from appliance.emulated.phone.faults import Fault, FaultKind
from appliance.emulated.phone.wire.adbd import Adbd

#: Real seconds until the link is back after a restart that was asked for.
REBOOT_S = 2.0
#: Faults that last until they are lifted, however often they show.
_LASTING = {
    FaultKind.BANNED,
    FaultKind.UNKNOWN_DIALOG,
    FaultKind.TICK_PENDING,
    FaultKind.VENDOR_LINE,
    FaultKind.UNREADABLE,
    FaultKind.BANNED_FOR_A_TIME,
    FaultKind.LOGGED_OUT,
    FaultKind.EXPIRED,
    FaultKind.CLOCK_WRONG,
    FaultKind.STORAGE_FULL,
    FaultKind.UNREGISTERED,
    FaultKind.APP_CRASHED,
    FaultKind.APP_HANGS,
    FaultKind.PERMISSION_ASKED,
    FaultKind.USB_ASKED,
    FaultKind.INPUT_REFUSED,
    FaultKind.BOOTING,
    FaultKind.LOGCAT_REFUSED,
    FaultKind.BELL_MUTE,
    FaultKind.BACKUP_OFFERED,
}


def default_times(kind: FaultKind) -> int | None:
    """How often a fault strikes by default; None: until it is lifted."""
    return None if kind in _LASTING else 1


@dataclass(frozen=True, slots=True)
class EmulatedPhone:
    handset: EmulatedHandset
    adbd: Adbd

    @property
    def serial(self) -> str:
        """As adb knows it: `127.0.0.1:port`."""
        return self.adbd.address

    async def start(self) -> None:
        await self.adbd.start()
        self.handset.address = self.serial
        self.adbd.restarts = lambda: self._reboot(REBOOT_S)

    async def stop(self) -> None:
        await self.adbd.stop()
        self.handset.providers.close()

    def arm(self, fault: Fault) -> None:
        """An immediate fault happens now; another one is armed and waits for its occasion."""
        if fault.kind is FaultKind.PHONE_GONE:
            self.adbd.drop(fault.seconds)
        elif fault.kind is FaultKind.REBOOT:
            self._reboot(fault.seconds)
        elif fault.kind is FaultKind.SERVER_KILLED:
            self.adbd.kill_server()
        elif fault.kind is FaultKind.LOGCAT_ENDS:
            self.handset.shade.events.end()
        else:
            self.handset.faults.arm(fault)

    def lift(self, kind: FaultKind) -> None:
        """A phone that is gone comes back at once."""
        if kind is FaultKind.PHONE_GONE:
            self.adbd.restore()
        else:
            self.handset.lift(kind)

    def authorise(self) -> None:
        """Somebody taps Allow."""
        self.handset.accept_key()
        self.adbd.authorise()

    def _reboot(self, seconds: float) -> None:
        """Takes the link away for real seconds, which a driver's deadlines count, too."""
        self.handset.power_off()
        self.adbd.kill_server()
        self.adbd.drop(seconds)
        asyncio.get_running_loop().call_later(seconds, self.handset.power_on)

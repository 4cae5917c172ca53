"""What a phone is and holds, whatever runs on it."""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.emulated.phone.faults import Faults
from appliance.emulated.phone.hardware import Battery, LockKind, PhoneSim, ScreenLock
from appliance.emulated.phone.layout import ScreenArea
from appliance.emulated.phone.media_list import MediaList
from appliance.emulated.phone.notifications import Shade
from appliance.emulated.phone.providers import Providers
from appliance.emulated.phone.recorded import RecordedScreen
from appliance.emulated.phone.sms.usage import SmsUsage
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.phone.wire.seam import DeviceFile, RsaPublicKey
from appliance.emulated.world.network import Network
from appliance.emulated.world.timers import Timers

PHYSICAL_SIZE = (1080, 2400)
PHYSICAL_DENSITY = 420

_ANDROID_ID_DIGITS = 16


class HandsetState:
    def __init__(self, spec: PhoneSpec, *, timers: Timers, network: Network) -> None:
        self.spec = spec
        self.timers = timers
        self.network = network
        self.zone = ZoneInfo(spec.zone)
        self.language = spec.language
        self.contacts = dict(spec.contacts)
        self.faults = Faults()
        self.files: dict[str, DeviceFile] = {}
        self.media_list = MediaList()
        self.honours_jid = spec.honours_jid
        self.reads_paths = spec.reads_paths
        self.albums = spec.albums
        self.reply_menu = spec.reply_menu
        self.keeps_archived = spec.keeps_archived
        self.clipboard = ""
        self.address = spec.serial_name or spec.number
        self.android_id = _drawn(f"{self.address} {timers.now_ms()}")
        self.density_override: int | None = None
        self.set_properties: dict[str, str] = {}
        self.settings: dict[tuple[str, str], str] = {}
        self.sms_usage = SmsUsage(self.settings)
        self.size_override: tuple[int, int] | None = None
        self.battery = Battery()
        self.free_mb = 42_000
        self.lock = ScreenLock(
            kind=spec.lock, pin=spec.pin, keyguard=spec.lock is not LockKind.NONE
        )
        self.shade = Shade(timers)
        self.providers = Providers()
        self.powered = True
        #: False from the start of the phone until its first unlock.
        self.apps_run = True
        self.second_sim: PhoneSim | None = None
        self.second_subscription = -1
        self.radio = True
        self.keyboard_open = False
        #: What a real phone showed, in place of all that this one would show.
        self.recorded: RecordedScreen | None = None
        self.shade_open = False
        self.taps = 0
        self.tapped: list[str] = []
        self.accepted_keys: set[RsaPublicKey] = set()
        self.offered_key: RsaPublicKey | None = None

    @property
    def number(self) -> str:
        return self.spec.number

    @property
    def serial_name(self) -> str:
        return self.spec.serial_name or f"EMU{self.spec.number[-8:]}"

    @property
    def sdk(self) -> int:
        return self.spec.sdk

    @property
    def size(self) -> tuple[int, int]:
        return self.screen.width, self.screen.height

    @property
    def screen(self) -> ScreenArea:
        width, height = self.size_override or PHYSICAL_SIZE
        density = self.density_override or PHYSICAL_DENSITY
        return ScreenArea(width, height, density, self.keyboard_open)

    def clock_time(self) -> str:
        return f"{datetime.fromtimestamp(self.timers.now_ms() / 1000, self.zone):%H:%M}"


def _drawn(at: str) -> str:
    """What Android draws when a phone is set up; another time it is another one."""
    return hashlib.sha256(at.encode()).hexdigest()[:_ANDROID_ID_DIGITS]

"""From the first CNXN to the banner: who may debug this phone."""

from appliance.emulated.phone.wire import adb_auth
from appliance.emulated.phone.wire.packets import (
    MAX_PAYLOAD,
    VERSION,
    AuthKind,
    Command,
    Packet,
    WireError,
)
from appliance.emulated.phone.wire.seam import Handset, RsaPublicKey

#: Only features of the emulated phone; adb then uses sync v1 to send and fetch files.
FEATURES = (
    "shell_v2",
    "cmd",
    "stat_v2",
    "ls_v2",
    "fixed_push_mkdir",
    "fixed_push_symlink_timestamp",
)
_BANNER_PROPERTIES = ("ro.product.name", "ro.product.model", "ro.product.device")
#: The limit of handshake payloads, also if both agree on more later (MAX_PAYLOAD_V1 of adb.h).
_MAX_HANDSHAKE_PAYLOAD = 4096


class Handshake:
    """`met_keys` outlives the connection: a signature names no key, so all known keys are tried."""

    def __init__(self, handset: Handset, met_keys: set[RsaPublicKey]) -> None:
        self.online = False
        self.max_data = _MAX_HANDSHAKE_PAYLOAD
        self._handset = handset
        self._met_keys = met_keys
        self._token = b""
        self._signatures: list[tuple[bytes, bytes]] = []
        self._offered: RsaPublicKey | None = None

    def answer(self, packet: Packet) -> Packet | None:
        """What to say to a CNXN or AUTH; None while a person has to accept the key."""
        if len(packet.data) > _MAX_HANDSHAKE_PAYLOAD:
            raise WireError("a handshake payload is too long")
        if packet.command is Command.CNXN:
            self.online = False
            self.max_data = min(MAX_PAYLOAD, packet.arg1)
            return self._ask_for_signature()
        if packet.arg0 == AuthKind.SIGNATURE:
            return self._check_signature(packet.data)
        if packet.arg0 == AuthKind.RSA_PUBLIC_KEY:
            return self._check_key(packet.data)
        raise WireError(f"a computer does not send AUTH {packet.arg0}")

    def accepted_by_person(self) -> Packet | None:
        """The banner, if this connection waited for its key to be accepted and it is now."""
        if self.online or self._offered is None or not self._handset.key_accepted(self._offered):
            return None
        return self._connect()

    def _ask_for_signature(self) -> Packet:
        self._token = adb_auth.new_token()
        return Packet(Command.AUTH, AuthKind.TOKEN, 0, self._token)

    def _check_signature(self, signature: bytes) -> Packet:
        for key in self._met_keys:
            if adb_auth.signature_fits(key, self._token, signature):
                if self._handset.key_accepted(key):
                    return self._connect()
                break
        self._signatures.append((self._token, signature))
        return self._ask_for_signature()

    def _check_key(self, payload: bytes) -> Packet | None:
        key, comment = adb_auth.parse_public_key(payload)
        self._met_keys.add(key)
        if self._handset.key_accepted(key) and self._signed_by(key):
            return self._connect()
        self._offered = key
        self._handset.key_offered(key, comment)
        return None

    def _signed_by(self, key: RsaPublicKey) -> bool:
        return any(
            adb_auth.signature_fits(key, token, signature) for token, signature in self._signatures
        )

    def _connect(self) -> Packet:
        self.online = True
        self._offered = None
        self._signatures.clear()
        properties = self._handset.properties
        facts = [f"{name}={properties.get(name, '')}" for name in _BANNER_PROPERTIES]
        banner = "device::" + ";".join([*facts, "features=" + ",".join(FEATURES)])
        return Packet(Command.CNXN, VERSION, MAX_PAYLOAD, banner.encode())

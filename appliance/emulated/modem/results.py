"""Final results other than OK, as the exceptions that end a command line."""

#: The results of 3GPP TS 27.005 §3.2.5 and TS 24.011 annex E that this modem uses.
CMS_BARRED = 10
CMS_REJECTED = 21
CMS_NOT_ALLOWED = 302
CMS_NOT_SUPPORTED = 303
CMS_BAD_PDU = 304
CMS_BAD_TEXT = 305
CMS_NO_SIM = 310
CMS_PIN = 311
CMS_PUK = 316
CMS_BAD_INDEX = 321
CMS_FULL = 322
CMS_NO_NETWORK = 331
CMS_UNKNOWN = 500

#: 3GPP TS 27.007 §9.2, numbers and the texts of AT+CMEE=2.
CME_TEXTS = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    16: "incorrect password",
    30: "no network service",
    50: "incorrect parameters",
    100: "unknown",
}


class FinalError(Exception):
    """Ends the command line with another result than OK."""

    def line(self, *, cmee: int) -> str:
        """The result code as this setting prints it."""
        del cmee
        return "ERROR"


class CmeError(FinalError):
    """+CME ERROR by 3GPP TS 27.007; `AT+CMEE=0` makes it a plain ERROR."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def line(self, *, cmee: int) -> str:
        if cmee == 0:
            return super().line(cmee=cmee)
        return f"+CME ERROR: {CME_TEXTS[self.code] if cmee == 2 else self.code}"


class CmsError(FinalError):
    """+CMS ERROR by 3GPP TS 27.005, always as a number."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def line(self, *, cmee: int) -> str:
        del cmee
        return f"+CMS ERROR: {self.code}"


class RawError(FinalError):
    """A result that a fault prescribes word for word."""

    def line(self, *, cmee: int) -> str:
        del cmee
        return str(self.args[0])


class NoAnswer(Exception):
    """The command line ends without an answer."""


class HangUp(Exception):
    """The port goes away in the middle of the command, for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Restart(Exception):
    """The modem restarts in the middle of the command; its port is away for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

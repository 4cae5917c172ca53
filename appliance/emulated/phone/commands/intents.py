"""Intents on a command line: how they are read, and how Android writes them back."""

from urllib.parse import unquote, urlsplit

from appliance.emulated.phone.apps import Intent

_EXTRA_OPTIONS = {
    "--es": 2,
    "--ez": 2,
    "--ei": 2,
    "--el": 2,
    "--ef": 2,
    "--eu": 2,
    "-e": 2,
    "--ecn": 2,
    "--eia": 2,
    "--esa": 2,
    "--esn": 1,
}
_PLAIN_OPTIONS = {"-W", "-S", "-D", "-N", "--grant-read-uri-permission", "--activity-clear-top"}
_VALUE_OPTIONS = {"--user", "-P", "--display", "--windowingMode", "--receiver-permission"}
_FLAG_ACTIVITY_NEW_TASK = 0x10000000
#: Schemes whose addresses Android masks letter by letter.
_MASKED = {"tel", "sip", "sms", "smsto", "mailto", "nfc"}


class BadIntent(Exception):
    """The sentence is what `am` prints."""


class IntentReader:
    """Reads what `am start` and `am broadcast` take; `wait` is `-W`."""

    def __init__(self, args: list[str]) -> None:
        self._args = list(args)
        self._words: dict[str, str] = {}
        self._categories: list[str] = []
        self._extras: dict[str, str] = {}
        self.wait = False
        self._grants = False
        self.stop_first = False
        while self._args:
            self._option(self._args.pop(0))

    def _next(self, option: str) -> str:
        if not self._args:
            raise BadIntent(f"Argument expected after {option!r}".replace("'", '"'))
        return self._args.pop(0)

    def _option(self, option: str) -> None:
        if option in {"-a", "-d", "-t", "-n", "-p", "-f"}:
            self._words[option] = self._next(option)
        elif option == "-c":
            self._categories.append(self._next(option))
        elif option in _EXTRA_OPTIONS:
            key = self._next(option)
            self._extras[key] = self._next(option) if _EXTRA_OPTIONS[option] > 1 else ""
        elif option in _VALUE_OPTIONS:
            self._next(option)
        elif option in _PLAIN_OPTIONS:
            self.wait = self.wait or option == "-W"
            self._grants = self._grants or option == "--grant-read-uri-permission"
            self.stop_first = self.stop_first or option == "-S"
        elif option.startswith("-"):
            raise BadIntent(f"Unknown option: {option}")
        else:
            self._bare(option)

    def _bare(self, word: str) -> None:
        """A URI, a component or a package without an option before it."""
        if ":" in word:
            self._words.setdefault("-d", word)
            self._words.setdefault("-a", "android.intent.action.VIEW")
        elif "/" in word:
            self._words.setdefault("-n", word)
        else:
            self._words.setdefault("-p", word)

    def intent(self) -> Intent:
        return Intent(
            action=self._words.get("-a", ""),
            data=self._words.get("-d", ""),
            mime_type=self._words.get("-t", ""),
            package=self._words.get("-p", ""),
            component=whole_component(self._words.get("-n", "")),
            categories=tuple(self._categories),
            flags=int(self._words.get("-f", "0"), 0),
            extras=self._extras,
            grants_reading=self._grants,
        )


def whole_component(component: str) -> str:
    """`pkg/.Class` with the class written out."""
    package, _, name = component.partition("/")
    return f"{package}/{package}{name}" if name.startswith(".") else component


def short_component(package: str, name: str) -> str:
    """As Android shortens a class that lies in its own package."""
    return (
        f"{package}/{name.removeprefix(package)}"
        if name.startswith(f"{package}.")
        else (f"{package}/{name}")
    )


def written(intent: Intent, *, sdk: int, started: bool = False) -> str:
    """`Intent { … }`; errors of a `started` intent also show the new-task flag."""
    words = []
    if intent.action:
        words.append(f"act={intent.action}")
    if intent.categories:
        words.append(f"cat=[{','.join(intent.categories)}]")
    if intent.data:
        words.append(f"dat={safe_uri(intent.data, sdk=sdk)}")
    if intent.mime_type:
        words.append(f"typ={intent.mime_type}")
    flags = intent.flags | (_FLAG_ACTIVITY_NEW_TASK if started else 0)
    if flags:
        words.append(f"flg=0x{flags:x}")
    if intent.package:
        words.append(f"pkg={intent.package}")
    if intent.component:
        package, _, name = intent.component.partition("/")
        words.append(f"cmp={short_component(package, name)}")
    if intent.extras:
        words.append("(has extras)")
    return f"Intent {{ {' '.join(words)} }}"


def safe_uri(uri: str, *, sdk: int) -> str:
    """As `Uri.toSafeString`: masked addresses, and of links the host only.

    Before Android 12 a link that is not http was written whole, its escapes undone: a `%0A` in
    it then breaks the line.
    """
    scheme, _, rest = uri.partition(":")
    if scheme in _MASKED:
        return f"{scheme}:" + "".join(c if c in "-@." else "x" for c in unquote(rest))
    if sdk < 31 and scheme not in {"http", "https", "ftp", "rtsp"}:
        return f"{scheme}:{unquote(rest)}"
    parts = urlsplit(uri)
    if not parts.netloc:
        return f"{scheme}:/..." if parts.path else f"{scheme}:"
    return f"{scheme}://{parts.netloc.rpartition('@')[2]}/..."

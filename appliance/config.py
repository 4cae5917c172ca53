"""Settings: one TOML file, the environment `BALIE_*` over it, unknown keys are errors."""

import grp
import logging
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from appliance.copy_settings import CopySettings
from appliance.errors import SetupError
from appliance.mail_settings import MailSettings
from appliance.modem_settings import ModemSettings
from appliance.oidc_settings import OidcSettings
from appliance.phone_settings import PhoneSettings
from appliance.suggestion_settings import SuggestionSettings
from appliance.update_settings import UpdateSettings
from appliance.web_settings import WebSettings
from appliance.webhook_settings import WebhookSettings

log = logging.getLogger(__name__)

PREFIX = "BALIE_"
FILE = "BALIE_CONFIG"
"""Names the file for each verb that is given none; the program of the package says it."""
SERVICE_GROUP = "balie"
"""Balie's own, where it runs as a service."""
_TABLES = ("modem", "phone", "web", "oidc", "webhooks", "mail", "updates", "copies", "suggestions")

DEFAULT_MAX_WAITING = 20_000
"""Waiting messages of one line: it needs weeks to send them, so more is the sender's mistake."""

DEFAULT_MAX_MEDIA_MB = 10_000
"""Of files of messages: some years of a branch's photos, and a third of a usual SD card."""


def default_data() -> Path:
    """Where systemd says, else under the home folder of the user who runs Balie."""
    state = os.environ.get("STATE_DIRECTORY")
    return Path(state) if state else Path.home() / ".local" / "share" / "balie"


class Settings(BaseSettings):
    """`host` 0.0.0.0 lets the branch in; the default lets in this machine only.

    `cert` and `key`, files as PEM: Balie speaks https.
    `max_waiting`: a line with this many waiting messages takes no more from software.
    `max_media_mb`: when the files of messages take more, the oldest go.
    `trial`: this version is on trial: it answers, touches no device and takes nothing.
    `import_folder`: below it lie the folders in which other systems leave files of people.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
    )
    file: ClassVar[Path | None] = None

    data: Path = Field(default_factory=default_data)
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    cert: Path | None = None
    key: Path | None = None
    secure_cookies: bool = False
    max_waiting: int = Field(default=DEFAULT_MAX_WAITING, ge=1)
    max_media_mb: int = Field(default=DEFAULT_MAX_MEDIA_MB, ge=100)
    import_folder: Path | None = None
    trial: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    modem: ModemSettings = ModemSettings()
    phone: PhoneSettings = PhoneSettings()
    web: WebSettings = WebSettings()
    oidc: OidcSettings | None = None
    webhooks: WebhookSettings = WebhookSettings()
    mail: MailSettings | None = None
    updates: UpdateSettings = UpdateSettings()
    copies: CopySettings | None = None
    suggestions: SuggestionSettings | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls, toml_file=cls.file)
        return init_settings, env_settings, toml


def load(file: Path | None, **given: Any) -> Settings:
    """Given options override the environment, then the file, then the defaults. Without a file it
    is the one that the environment names.

    Raises SetupError with a sentence for each thing that is wrong.
    """
    file = file or _named_file()
    if file is not None and not file.is_file():
        raise SetupError(f"There is no config file {file}.")
    _refuse_unknown_environment()
    settings = type("FileSettings", (Settings,), {"file": file})
    try:
        found = settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as exc:
        raise SetupError(_sentences(exc)) from exc
    except SettingsError as exc:
        table = next(name for name in _TABLES if f'"{name}"' in str(exc))
        raise SetupError(f"{PREFIX}{table.upper()} is no JSON object: {exc}.") from exc
    except ValueError as exc:
        raise SetupError(f"{file} is no TOML: {exc}") from exc
    if file is not None and (found.modem.pins or found.oidc):
        _warn_of_readers(file)
    return Settings.model_construct(
        **{name: getattr(found, name) for name in Settings.model_fields}
    )


def _named_file() -> Path | None:
    return Path(name) if (name := os.environ.get(FILE)) else None


def _warn_of_readers(file: Path) -> None:
    found, service = file.stat(), _service_gid()
    readers = stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    do = f"chmod 600 {file}"
    if found.st_uid == 0 and service is not None:
        do = f"chown root:{SERVICE_GROUP} {file}; chmod 640 {file}"
        if found.st_gid == service:
            readers &= ~stat.S_IRGRP
    if readers:
        log.warning("%s holds secrets and others may read it; do: %s", file, do)


def _service_gid() -> int | None:
    try:
        return grp.getgrnam(SERVICE_GROUP).gr_gid
    except KeyError:
        return None


def _refuse_unknown_environment() -> None:
    known = {FILE, *(f"{PREFIX}{name}".upper() for name in Settings.model_fields)}
    for name in os.environ:
        if name.startswith(PREFIX) and name not in known:
            raise SetupError(f"{name} is no setting. The settings are: {', '.join(sorted(known))}.")


def _sentences(exc: ValidationError) -> str:
    return " ".join(f"Setting “{_name(error['loc'])}”: {error['msg']}." for error in exc.errors())


def _name(place: Sequence[str | int]) -> str:
    """Somebody may write a PIN where its SIM belongs; the log must not show the PIN."""
    shown = place[:2] if tuple(place[:2]) == ("modem", "pins") else place
    return ".".join(str(part) for part in shown)

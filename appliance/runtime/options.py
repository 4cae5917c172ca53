"""What a Balie is started with, beside its data and its clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from appliance.addresses import NO_NETWORKS, Networks
from appliance.api.connections import Connections
from appliance.box.stick import Stick
from appliance.config import DEFAULT_MAX_MEDIA_MB, DEFAULT_MAX_WAITING
from appliance.copy_settings import CopySettings
from appliance.desk.privacy.erasing.job import ErasureSteps, no_erasure_steps
from appliance.mail_settings import MailSettings
from appliance.oidc_settings import OidcSettings
from appliance.queue.pacing import DEFAULT_PROFILE, Profile
from appliance.queue.steps import Steps, no_steps
from appliance.suggestion_settings import SuggestionSettings
from appliance.update_settings import UpdateSettings
from appliance.webhook_settings import NONE_ALLOWED, Allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`settings` are those of the kinds of device, by their names. `on_trial`: nothing is started
    that touches a device, sends, deletes or takes anything in; what is there is shown. Tests die at
    a step of `steps` and `erasure_steps`.
    """

    profile: Profile = DEFAULT_PROFILE
    secure_cookies: bool = False
    max_waiting: int = DEFAULT_MAX_WAITING
    max_media_mb: int = DEFAULT_MAX_MEDIA_MB
    import_folder: Path | None = None
    settings: Mapping[str, BaseModel] = field(default_factory=dict)
    connections: Connections | None = None
    proxies: Networks = NO_NETWORKS
    push_services: Sequence[str] = ()
    oidc: OidcSettings | None = None
    address: str | None = None
    admins_need_passkey: bool = False
    webhooks_allow: Allowed = NONE_ALLOWED
    mail: MailSettings | None = None
    on_trial: bool = False
    updates: UpdateSettings | None = None
    copies: CopySettings | None = None
    suggestions: SuggestionSettings | None = None
    stick: Stick | None = None
    steps: Steps = no_steps
    erasure_steps: ErasureSteps = no_erasure_steps


DEFAULT_OPTIONS = Options()

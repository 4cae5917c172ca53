"""Files that lie at a link."""

from appliance.api.cloud.errors import MEDIA, cloud_error
from appliance.api.services import Services
from appliance.api.uploads import ReceivedFile


async def fetch(services: Services, link: str, name: str | None) -> ReceivedFile:
    """Raises ProblemError."""
    del services, link, name
    raise cloud_error(MEDIA, "Media upload error", "Links are not followed. Upload the file.")

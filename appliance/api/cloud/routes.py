"""The routes below each version. None stands in Balie's own document: theirs is the Cloud API's."""

from fastapi import APIRouter

from appliance.api.cloud import files, hooks, nodes, sending
from appliance.api.cloud.paths import NODE
from appliance.api.json.sending import DirectRoute

router = APIRouter(prefix=NODE, route_class=DirectRoute, include_in_schema=False)

_ROUTES = (
    ("POST", "/messages", sending.post_message),
    ("POST", "/media", files.post_file),
    ("GET", "/file", files.get_content),
    ("GET", "/phone_numbers", nodes.get_numbers),
    ("GET", "/message_templates", nodes.get_templates),
    ("POST", "/register", nodes.post_registration),
    ("POST", "/subscribed_apps", hooks.post_subscription),
    ("GET", "/subscribed_apps", hooks.get_subscriptions),
    ("DELETE", "/subscribed_apps", hooks.delete_subscription),
    ("POST", "", hooks.post_phone),
    ("GET", "", nodes.get_node),
    ("DELETE", "", files.delete_file),
)
for method, path, endpoint in _ROUTES:
    for ending in ("", "/"):  # clients write both
        router.add_api_route(f"{path}{ending}", endpoint, methods=[method])

"""All pages of an office."""

from appliance.api.web.routes import HOUSE_PAGES, finder_of
from appliance.office.web import boxes_page

pages = finder_of((*HOUSE_PAGES, boxes_page))
"""For `create_app`."""

"""All pages of an office."""

from appliance.api.web import live
from appliance.api.web.routes import HOUSE_PAGES, finder_of
from appliance.office.web import (
    boxes_page,
    files_page,
    inbox_page,
    live_page,
    new_page,
    overview_page,
    search_page,
    thread_page,
    update_page,
    writing_page,
)

_OF_THE_HOUSE = tuple(each for each in HOUSE_PAGES if each is not live)

_INBOX = (inbox_page, thread_page, files_page, writing_page, live_page, search_page, new_page)

pages = finder_of((*_OF_THE_HOUSE, *_INBOX, overview_page, boxes_page, update_page))

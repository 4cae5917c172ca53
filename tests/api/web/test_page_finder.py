"""Which route answers, of all pages."""

import pytest
from fastapi import APIRouter

from appliance.api.web.page_finder import PageFinder
from appliance.api.web.routes import router
from tests.api.browser import Browser


def test_a_page_is_found_by_its_first_word_and_asked_for_as_it_may_be(sanne: Browser) -> None:
    assert sanne.get("/people/").status_code == 404
    assert sanne.get("/peopl").status_code == 404
    assert sanne.get("/people").status_code == 200
    assert sanne.get("/people/new").status_code in {200, 404}
    refused = sanne.post("/command-bar")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


def test_no_page_begins_with_just_any_word() -> None:
    """Such a page would be looked for in vain."""
    anywhere = APIRouter()
    anywhere.add_api_route("/{any}", lambda: None)
    with pytest.raises(ValueError, match="a word of its own"):
        PageFinder().take(anywhere)
    assert len(router.routes) > 100

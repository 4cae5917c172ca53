"""Which route answers, of all pages and of all that programs ask, and when it is worked out."""

from threading import Thread

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Match

from appliance.api.app import BOX_API
from appliance.api.late_route import LateRoute
from appliance.api.program_routes import ProgramRoutes
from appliance.api.route_finder import RouteFinder
from appliance.api.web.routes import router
from tests.api.browser import Browser
from tests.api.office import Caller


def test_a_page_is_found_by_its_first_word_and_asked_for_as_it_may_be(sanne: Browser) -> None:
    assert sanne.get("/people/").status_code == 404
    assert sanne.get("/peopl").status_code == 404
    assert sanne.get("/people").status_code == 200
    assert sanne.get("/people/new").status_code in {200, 404}
    refused = sanne.post("/command-bar")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")


def test_a_program_finds_each_api_by_its_own_word(planning: Caller) -> None:
    """A wrong method is told as such, also where another finder looked before."""
    assert planning.get("/lines").status_code == 200
    ask = planning.client.request
    refused = ask("PATCH", "/api/v1/lines", headers=planning.headers)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert ask("GET", "/api/v1/line", headers=planning.headers).status_code == 404
    assert ask("GET", "/3rdparty/v1/devices", headers=planning.headers).status_code == 200
    assert ask("GET", "/v23.0/1/phone_numbers/", headers=planning.headers).status_code != 404
    assert ask("GET", "/healthz").status_code == 200


@pytest.mark.parametrize("finder", [router, ProgramRoutes(BOX_API)], ids=["pages", "programs"])
def test_each_route_is_looked_at_for_its_own_path(finder: RouteFinder) -> None:
    for route in finder.routes:
        assert route in finder.beginning_as(route.path)  # type: ignore[attr-defined]


def test_no_page_begins_with_just_any_word() -> None:
    """Such a page would be looked for in vain."""
    anywhere = APIRouter()
    anywhere.add_api_route("/{any}", lambda: None)
    with pytest.raises(ValueError, match="a word of its own"):
        RouteFinder().take(anywhere)
    assert len(router.routes) > 100


def test_a_route_is_worked_out_when_it_is_first_looked_at() -> None:
    """Once, from whichever thread."""
    made = APIRouter(prefix="/things", route_class=LateRoute)
    made.add_api_route("/{number}", lambda number: {"number": number})
    (route,) = made.routes
    assert isinstance(route, LateRoute)
    assert (route.path, "app" in vars(route)) == ("/things/{number}", False)
    elsewhere = {"type": "http", "method": "GET", "path": "/thing"}
    assert (route.matches(elsewhere)[0], "app" in vars(route)) == (Match.NONE, False)
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(route.app)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [route.app] * 8
    with pytest.raises(AttributeError):
        _ = route.nothing
    finder = RouteFinder()
    finder.take(made)
    app = FastAPI()
    app.include_router(finder)
    assert TestClient(app).get("/things/7").json() == {"number": "7"}

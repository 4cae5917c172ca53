"""What needs a secure context, over https on a name that is not localhost: the app and its worker.

These browsers trust the certificate that the test made, and find the name on the loopback.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from appliance.api.services import Services
from appliance.clock import SystemClock
from appliance.desk.notices import choices
from appliance.queue.gate import ConsentGate
from appliance.runtime.push_follower import PushFollower
from appliance.store import push
from appliance.store.feed import EventFeed
from appliance.store.store import Tx
from tests.api.office import run_web_server
from tests.e2e.chromium import whole_browser
from tests.e2e.conftest import PATIENCE_MS, Place
from tests.e2e.filled import fill
from tests.e2e.listening import live
from tests.fresh_store import fresh_store
from tests.own_certificate import make_certificate
from tests.running_demo import eventually
from tests.runtime.push_service import push_service

NAME = "balie.test"
KEES = "+31612345615"
SIZES = """all => Promise.all(all.map(({ src }) => new Promise((done) => {
  const image = new Image();
  image.onload = () => done(`${image.naturalWidth}x${image.naturalHeight}`);
  image.src = src;
})))"""
SHOWN = """navigator.serviceWorker.ready.then((worker) => worker.getNotifications())
  .then((all) => all.map(({ body }) => body))"""
SHOWN_BY_WORKER = "registration.getNotifications().then((all) => all.map(({ body }) => body))"
SUBSCRIBES = """(() => {
  const given = () => JSON.parse(localStorage.getItem("given") ?? "null");
  const made = () => given() && {
    endpoint: given().endpoint,
    toJSON: given,
    unsubscribe: async () => localStorage.removeItem("given"),
  };
  PushManager.prototype.getSubscription = async () => made();
  PushManager.prototype.subscribe = async () => {
    localStorage.setItem("given", '%s');
    return made();
  };
})()"""
"""Chromium's own push service is outside; this one is the test's."""
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
KEPT = "caches.keys().then(all => Promise.all(all.map(each => caches.open(each)))).then(all =>"
KEPT += " Promise.all(all.map(each => each.keys()))).then(all => all.flat().map(each => each.url))"


@pytest.fixture(scope="module")
def trusting() -> Iterator[Browser]:
    with whole_browser(
        f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--ignore-certificate-errors"
    ) as b:
        yield b


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Place]:
    """A filled Balie behind https."""
    store = fresh_store(tmp_path / "balie.db", SystemClock())
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=store.clock,
        feed=EventFeed(store, poll_s=0.05),
        planned=lambda: None,
        ready=tuple,
        data_dir=tmp_path,
        push_services=["127.0.0.1"],
    )
    with run_web_server(make_certificate(tmp_path, NAME)) as web, web.serving(services):
        yield Place(web.url, store, fill(store), web, services)
    store.close()


@pytest.fixture
def context(trusting: Browser, secure: Place) -> Iterator[BrowserContext]:
    context = trusting.new_context(base_url=secure.url, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    enter(context, secure, "Sanne de Wit")
    yield context
    context.close()


def enter(context: BrowserContext, secure: Place, name: str) -> None:
    token = secure.desk.session(name).token
    context.add_cookies([{"name": "balie_session", "value": token, "url": secure.url}])


def always(tx: Tx, staff_id: str) -> None:
    choices.choose(tx, staff_id, {"begins": "00:00", "ends": "00:00", "weekdays": "1234567"})


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/inbox/all")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return live(page)


def test_the_pages_are_an_app_that_says_when_balie_is_away(
    page: Page, context: BrowserContext, secure: Place
) -> None:
    """Chromium finds nothing in the way of installing but what is so in a test: its browser keeps
    nothing, and nobody signed the certificate. It has kept one page that says so when there is no
    connection, and nothing that anybody wrote; afterwards the wanted page is there by itself.
    """
    found = context.new_cdp_session(page).send("Page.getInstallabilityErrors")
    errors = {each["errorId"] for each in found["installabilityErrors"]}
    assert errors <= {"in-incognito", "not-from-secure-origin"}
    manifest = page.evaluate("fetch('/manifest.webmanifest').then(answer => answer.json())")
    assert (manifest["name"], manifest["display"]) == ("Balie Utrecht", "standalone")
    sizes = page.evaluate(SIZES, manifest["icons"])
    assert sizes == [each["sizes"] for each in manifest["icons"]]
    kept = page.evaluate(KEPT)
    assert kept[0] == f"{secure.url}/offline"
    assert all("/static/" in each for each in kept[1:])
    context.set_offline(True)
    page.goto("/devices")
    expect(page.locator("h1")).to_have_text("Balie cannot be reached")
    context.set_offline(False)
    expect(page.locator("h1")).to_have_text("Devices")


def test_somebody_who_writes_is_notified(
    page: Page, context: BrowserContext, secure: Place
) -> None:
    """While a page is open, where one chose it and not for what one looks at; and what comes over
    the push service while none is.
    """
    sanne = secure.desk.filled.staff["Sanne de Wit"]
    secure.store.write(lambda tx: always(tx, sanne))
    context.grant_permissions(["notifications"])
    page.goto("/me/notifications")
    expect(page.locator("#insecure")).to_be_hidden()
    page.get_by_label("Show a notification while Balie is open").check()
    page.wait_for_function("localStorage.getItem('notices')")  # the browser was asked first
    page.goto("/inbox/all")
    live(page)
    page.locator("#list a.row", has_text="Kees Verhoeven").click()
    expect(page.locator("#thread-title")).to_have_text("Kees Verhoeven")
    secure.desk.receive("Utrecht", "Kees Verhoeven", KEES, "Ben je er?")
    secure.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")
    eventually(lambda: page.evaluate(SHOWN), "a notification is shown")
    assert page.evaluate(SHOWN) == ["Somebody writes"]

    worker = context.service_workers[0]
    session = context.new_cdp_session(page)
    registrations: list[dict[str, str]] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda found: registrations.extend(found["registrations"]),
    )
    session.send("ServiceWorker.enable")
    # What Chromium tells is heard while the page is asked something.
    eventually(lambda: page.evaluate(SHOWN) and registrations, "the worker is known")
    page.goto("about:blank")
    pushed = {"title": "Utrecht", "body": "Over push", "tag": "x", "address": "/c/x"}
    session.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": secure.url,
            "registrationId": registrations[0]["registrationId"],
            "data": json.dumps(pushed),
        },
    )
    eventually(lambda: "Over push" in worker.evaluate(SHOWN_BY_WORKER), "it is shown, too")


def test_a_passkey_is_made_and_lets_in(page: Page, context: BrowserContext, secure: Place) -> None:
    """Chromium's own authenticator keeps it, in the place of a telephone with a fingerprint."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto("/me")
    expect(page.locator("#insecure")).to_be_hidden()
    page.get_by_label("Name of a new passkey").fill("Vinger")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("#passkeys li strong")).to_have_text("Vinger")
    page.get_by_role("button", name="Log out", exact=True).click()
    page.wait_for_url("**/login")
    page.goto("/login?next=/me")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("h1")).to_have_text("Settings")
    assert secure.count("SELECT count(*) FROM passkey WHERE used_ms IS NOT NULL") == 1
    page.get_by_role("button", name="Remove the passkey Vinger").click()
    expect(page.locator("#passkeys li")).to_have_count(0)


def test_a_closed_browser_is_told_from_the_choice_to_the_log_out(
    page: Page, context: BrowserContext, secure: Place, tmp_path: Path
) -> None:
    """The next log-in of the same person brings it back; another person's does not."""
    sanne = secure.desk.filled.staff["Sanne de Wit"]
    trust = make_certificate(tmp_path, "push.test")

    def switch_on(tx: Tx) -> None:
        push.set_house(tx, is_on=True, shows_text=False, contact="ict@example.com", staff_id=sanne)
        for each in secure.desk.filled.staff.values():
            always(tx, each)

    secure.store.write(switch_on)
    follower = PushFollower(secure.store, tmp_path, trust=trust.cert)
    with push_service(trust) as outside:
        browser = outside.browser()
        keys = {"p256dh": browser.address.public_key, "auth": browser.address.secret}
        given = json.dumps({"endpoint": browser.address.endpoint, "keys": keys})
        context.add_init_script(SUBSCRIBES % given)
        context.grant_permissions(["notifications"])

        def told_after(number: int) -> int:
            name, value = f"Werkzoeker {number}", f"+3161234570{number}"
            secure.desk.receive("Utrecht", name, value, "Hoi, is er werk?")
            follower.look()
            return len(browser.told)

        page.goto("/me/notifications")
        with page.expect_response("**/me/notifications/browser"):
            page.get_by_label("Show one while Balie is closed, too").check()
        assert told_after(1) == 1
        page.get_by_role("button", name="Log out").click()
        page.wait_for_url("**/login")
        assert told_after(2) == 1
        with page.expect_response("**/me/notifications/browser"):
            enter(context, secure, "Sanne de Wit")
            page.goto("/inbox/all")
        assert told_after(3) == 2
        with page.expect_response("**/me/notifications/browser/end"):
            enter(context, secure, "Marit Hoekstra")
            page.goto("/inbox/all")
        assert told_after(4) == 2

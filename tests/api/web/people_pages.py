"""The pages of people: somebody by their number, and a form as one sends it without a script."""

import httpx

from tests.api.browser import Browser
from tests.api.office import Office

ANNA, BRAM, NEW = "+31687654321", "+31687654322", "+31687654323"
ENGLISH = {"Accept-Language": "en"}


def contact(office: Office, number: str) -> str:
    return office.store.read(
        lambda conn: str(
            conn.execute(
                "SELECT contact_id FROM contact_identity WHERE value = ?", (number,)
            ).fetchone()[0]
        )
    )


def send(browser: Browser, path: str, **form: str | list[str]) -> httpx.Response:
    """As a form without a script does."""
    headers = {"X-CSRF-Token": browser.csrf, **ENGLISH}
    return browser.client.post(path, data=form, headers=headers)

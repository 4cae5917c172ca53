"""Several conversations of the list, chosen with mouse and keyboard."""

import os

from playwright.sync_api import expect

from tests.e2e.alone import alone
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.listening import live


def test_several_are_chosen_and_what_was_done_is_taken_back(
    open_page: OpenPage, place: Place
) -> None:
    """With the box or `x`, and Shift for all up to there; the list shows what was done at once."""
    page = live(open_page("/inbox/nobodys"))
    rows = page.locator("#rows > li")
    count = rows.count()
    assert count > 2
    claimed = place.count("SELECT count(*) FROM casework WHERE assignee_id IS NOT NULL")
    rows.nth(0).hover()
    rows.nth(0).get_by_role("checkbox").check()
    rows.nth(2).get_by_role("checkbox").click(modifiers=["Shift"])
    chosen = page.get_by_role("status").filter(has_text=alone("3 chosen"))
    expect(chosen).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("status").filter(has_text=alone("2 chosen"))).to_be_visible()
    page.keyboard.press("x")
    expect(chosen).to_be_visible()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/chosen.png")
        page.locator("#chosen").get_by_role("button", name="Later").click()
        page.screenshot(path=f"{folder}/chosen-later.png")
        page.keyboard.press("Escape")
    page.get_by_role("toolbar").get_by_role("button", name="Claim").click()
    toast = page.locator("#toast")
    expect(toast).to_contain_text(alone("3 conversations are yours."))
    expect(toast.get_by_role("button", name="Undo")).to_be_focused()
    expect(rows).to_have_count(count - 3)
    expect(page.locator("#chosen")).to_be_empty()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/chosen-done.png")
    page.keyboard.press("Enter")
    expect(toast).to_contain_text(alone("3 as they were before."))
    expect(rows).to_have_count(count)
    now = place.count("SELECT count(*) FROM casework WHERE assignee_id IS NOT NULL")
    assert now == claimed

"""Somebody who looks at the inbox of two offices, while a box tells them what people write."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from appliance.desk.access import sessions
from appliance.desk.team import staff
from appliance.office.head import inviting, privacy_choice
from appliance.slices import Privacy
from appliance.store.store import Tx
from tests.e2e.listening import live
from tests.office.office_pair import OfficePair, office_pair
from tests.office.plain_box import PlainBox
from tests.office.test_kill import office_beside
from tests.running_demo import SETTLES_S


@dataclass(frozen=True, slots=True)
class OfficeWatch:
    pair: OfficePair
    box: PlainBox
    talk: str
    page: Page

    def writes(self, text: str) -> None:
        message = self.box.log.writes(self.talk, text)
        self.box.log.conversations[self.talk]["shown_message_id"] = message
        self.box.push_all()

    def shows(self, text: str) -> None:
        """Returns once the list does."""
        self.page.locator("#list a.row", has_text=text).wait_for()


@contextmanager
def office_watch(data: Path, browser: Browser) -> Iterator[OfficeWatch]:
    with office_pair(data) as pair, office_beside(data) as store, ExitStack() as ended:
        store.write(lambda tx: privacy_choice.choose(tx, Privacy.ALL))
        token = store.write(_let_in)
        box = PlainBox.invited(inviting.invite(store, data, url=pair.url), "Breda")
        context = ended.enter_context(
            browser.new_context(base_url=pair.url, service_workers="block")
        )
        ended.enter_context(box.client)
        box.join()
        context.set_default_timeout(SETTLES_S * 1000)
        context.add_cookies([{"name": "balie_session", "value": token, "url": pair.url}])
        watch = OfficeWatch(pair, box, box.log.person(), context.new_page())
        watch.writes("Is er werk?")
        watch.page.goto("/inbox/all")
        watch.shows("Is er werk?")
        live(watch.page)
        yield watch


def _let_in(tx: Tx) -> str:
    return sessions.begin(tx, staff.add(tx, "Noor", role="staff", branch_id=None)).token

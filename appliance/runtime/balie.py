"""Balie itself: every part made once, wired, started and stopped in order."""

import logging
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from appliance.addresses import NO_NETWORKS, Networks
from appliance.api.cloud.dialect import Cloud
from appliance.api.connections import Connections
from appliance.api.services import EVIDENCE, Services
from appliance.api.smsgate.dialect import Smsgate
from appliance.box.stick import Stick
from appliance.box.updates.door import UpdateDoor
from appliance.channels import Channel
from appliance.clock import Clock
from appliance.config import DEFAULT_MAX_MEDIA_MB, DEFAULT_MAX_WAITING
from appliance.copy_settings import CopySettings
from appliance.desk.care import marking
from appliance.desk.groups import outcomes
from appliance.desk.intake import adoption
from appliance.desk.intake.reception import Reception
from appliance.desk.lines.archive_looks import ArchiveLooks
from appliance.desk.lines.charging import ChargePauses
from appliance.desk.lines.incidents.watch import IncidentWatch
from appliance.desk.lines.own_profiles import OwnProfiles
from appliance.desk.notices.mail_post import MailPost
from appliance.desk.outgoing.room import Room
from appliance.desk.privacy.erasing import again
from appliance.desk.privacy.erasing.job import ErasureSteps, no_erasure_steps
from appliance.desk.team import staff
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.devices.kind import Kind
from appliance.devices.protocol import Errand
from appliance.devices.worker import DeviceWorker
from appliance.mail_settings import MailSettings
from appliance.media.files import FOLDER, MediaFiles
from appliance.oidc_settings import OidcSettings
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE, Profile
from appliance.queue.planner import Planner
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.queue.steps import Steps, no_steps
from appliance.queue.stored_history import Histories
from appliance.queue.work import QueueWork
from appliance.relay.dialect import Dialect
from appliance.relay.relay import Relay
from appliance.relay.standard import Standard
from appliance.runtime import kinds, memories, setup_code
from appliance.runtime.archivist import Archivist
from appliance.runtime.copier import Copier
from appliance.runtime.drivers import account_of, driver_for
from appliance.runtime.enrolments import Enrolments
from appliance.runtime.erasure_follower import ErasureFollower
from appliance.runtime.fleet import Fleet
from appliance.runtime.home_wishes import HomeWishes
from appliance.runtime.import_watcher import ImportWatcher
from appliance.runtime.jobs import Jobs
from appliance.runtime.list_follower import ListFollower
from appliance.runtime.machine.machine import Machine
from appliance.runtime.mail_follower import MailFollower
from appliance.runtime.plugged_in import plugged_in
from appliance.runtime.push_follower import PushFollower
from appliance.runtime.reading_notes import ReadingNotes
from appliance.runtime.report_follower import ReportFollower
from appliance.runtime.retention import RetentionThread
from appliance.runtime.round_follower import RoundThread
from appliance.runtime.search_follower import SearchFollower
from appliance.store import sealing, shrinking
from appliance.store.devices import Device
from appliance.store.feed import EventFeed
from appliance.store.media_quota import MediaRoom
from appliance.store.store import Store
from appliance.update_settings import UpdateSettings
from appliance.webhook_settings import NONE_ALLOWED, Allowed

log = logging.getLogger(__name__)

DATABASE = "balie.db"
_MB = 1_000_000


class OwnThread(Protocol):
    """What works beside the devices until it is stopped."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def _dialects() -> Sequence[Dialect]:
    return Standard(), Smsgate(), Cloud()


class Balie:
    """All of it on one data directory. `services` is what the web application needs."""

    def __init__(
        self,
        data: Path,
        clock: Clock,
        *,
        profile: Profile = DEFAULT_PROFILE,
        secure_cookies: bool = False,
        max_waiting: int = DEFAULT_MAX_WAITING,
        max_media_mb: int = DEFAULT_MAX_MEDIA_MB,
        import_folder: Path | None = None,
        settings: Mapping[str, BaseModel] | None = None,
        connections: Connections | None = None,
        proxies: Networks = NO_NETWORKS,
        push_services: Sequence[str] = (),
        oidc: OidcSettings | None = None,
        address: str | None = None,
        admins_need_passkey: bool = False,
        webhooks_allow: Allowed = NONE_ALLOWED,
        mail: MailSettings | None = None,
        on_trial: bool = False,
        updates: UpdateSettings | None = None,
        copies: CopySettings | None = None,
        stick: Stick | None = None,
        steps: Steps = no_steps,
        erasure_steps: ErasureSteps = no_erasure_steps,
    ) -> None:
        """Opens and migrates the database. Raises StoreError with what to do.

        `settings` are those of the kinds of device, by their names. `on_trial`: nothing is started
        that touches a device, sends, deletes or takes anything in; what is there is shown.
        """
        kinds.load()
        self.clock = clock
        self.store = Store(data / DATABASE, clock)
        self._data = data
        self._steps = steps
        self._settings = settings or {}
        self._started = False
        self._on_trial = on_trial
        gate, media_room = ConsentGate(), MediaRoom(max_media_mb * _MB)
        self._listener = Reception(self.store, gate)
        self._profiles, self._pauses = OwnProfiles(self.store), ChargePauses(self.store)
        self._archives = ArchiveLooks(self.store)
        self._media = MediaFiles(data / FOLDER)
        self._histories = Histories()
        self._work = self._make_work(gate, profile)
        self._watches = {
            kind.name: kind.make_watch() for kind in Kind.known() if kind.make_watch is not None
        }
        self._fleet = Fleet(self.store, self._make_worker, self._watches)
        self._planner = Planner(self.store, profile, self._fleet.wake_line, self._histories)
        self._updates = UpdateDoor(updates, data)
        self._machine = Machine(data, came_back=self._updates.unseen)
        self._jobs = self._make_jobs(media_room)
        self._urls = UrlPolicy(webhooks_allow)
        self._readings, self._relayed = (
            ReadingNotes(self.store, data),
            ReadingNotes(self.store, data),
        )
        self._copier = Copier(self.store, copies, stick)
        post = None if mail is None else MailPost(mail, address)
        self._followers: Sequence[OwnThread] = (
            SearchFollower(self.store),
            ReportFollower(self.store),
            Archivist(self.store, data, self._media),
            PushFollower(self.store, data),
            *([] if post is None else [MailFollower(self.store, post)]),
            RoundThread(self.store, self._planner.ask),
            ListFollower(self.store, self._planner.ask),
            ImportWatcher(self.store, gate, import_folder),
            RetentionThread(self.store, data),
            ErasureFollower(self.store, lambda: memories.forget(self._histories), erasure_steps),
            self._copier,
            Relay(self.store, _dialects(), self._urls, accessed=self._relayed),
        )
        self.services = self._make_services(
            gate,
            media_room,
            Room(max_waiting),
            connections or Connections(),
            proxies,
            push_services,
            secure_cookies=secure_cookies,
            oidc=oidc,
            address=address,
            admins_need_passkey=admins_need_passkey,
            mail=post,
            import_folder=import_folder,
        )

    def _make_work(self, gate: ConsentGate, profile: Profile) -> QueueWork:
        return QueueWork(
            self.store,
            gate,
            profile,
            evidence=self._data / EVIDENCE,
            media=self._media,
            steps=self._steps,
            group_seen=outcomes.keep,
            chat_read=adoption.keep,
            idle=self._idle,
            histories=self._histories,
            file_kept=marking.look_at_file,
        )

    def _make_jobs(self, media_room: MediaRoom) -> Jobs:
        watch = IncidentWatch(self.store, self._machine.facts)
        return Jobs(
            self.store,
            self._listener.show_incomplete,
            watch=watch.look,
            room=media_room,
            wishes=HomeWishes(self.store).tell,
        )

    def _make_services(
        self,
        gate: ConsentGate,
        media_room: MediaRoom,
        room: Room,
        connections: Connections,
        proxies: Networks,
        push_services: Sequence[str],
        *,
        secure_cookies: bool,
        oidc: OidcSettings | None,
        address: str | None,
        admins_need_passkey: bool,
        mail: MailPost | None,
        import_folder: Path | None,
    ) -> Services:
        return Services(
            store=self.store,
            gate=gate,
            clock=self.clock,
            feed=EventFeed(self.store),
            planned=self._planner.ask,
            ready=self._not_ready,
            data_dir=self._data,
            cookies_secure=secure_cookies,
            proxies=proxies,
            push_services=push_services,
            oidc=oidc,
            address=address,
            admins_need_passkey=admins_need_passkey,
            mail=mail,
            import_folder=import_folder,
            setup_code=self._setup_code(),
            room=room,
            media_room=media_room,
            on_trial=self._on_trial,
            updates=self._updates,
            **self._doors_to_devices(),
            connections=connections,
            histories=self._histories,
            accessed=self._readings,
            readings_kept=self._readings.kept,
            urls=self._urls,
            copies=self._copier,
        )

    def _doors_to_devices(self) -> dict[str, Any]:
        """None on trial: a page that somebody opens must not touch a phone either."""
        if self._on_trial:
            return {}
        return {
            "plugged_in": plugged_in,
            "enrolment": Enrolments(self.store, self.clock),
            "asking": self._fleet.ask,
        }

    def start(self) -> None:
        """Makes messages that were in hand unconfirmed, and whoever was erased nobody again if a
        copy was put back; then starts every thread. Needs no adb. On trial none of that is done:
        it is the one place where something begins to work.

        The first start after an update from a Balie whose database gives no room back takes as
        long as it takes to write that anew.
        """
        shrinking.make_ready(self.store.path)
        if not self._on_trial:
            self._begin_work()
        self._started = True

    def _begin_work(self) -> None:
        if doubted := doubt_everything_in_hand(self.store, self._steps):
            log.warning("%d messages were in hand when Balie stopped; asking the devices", doubted)
        self._settle_keys()
        again.begin_journal(self.store)
        again.obey_journal(self.store)
        self._media.clear_left()
        for kind in Kind.known():
            kind.prepare()
        for watch in self._watches.values():
            watch.start()
        self._fleet.start()
        self._planner.start()
        self._jobs.start()
        for each in self._followers:
            each.start()

    def _settle_keys(self) -> None:
        """Balie goes on without a key: doctor, log and page of the devices say that it is gone."""
        if missing := self.store.write(lambda tx: sealing.settle(tx, self._data)):
            log.warning(
                "a key of this house that was used before is not here (%s): see balie key show",
                ", ".join(missing),
            )

    def stop(self) -> None:
        self._started = False
        if not self._on_trial:
            self._end_work()
        self._machine.close()
        self._readings.finish()
        self._relayed.finish()
        self.store.close()

    def _end_work(self) -> None:
        for each in reversed(self._followers):
            each.stop()
        self._jobs.stop()
        self._planner.stop()
        self._fleet.stop()
        for watch in self._watches.values():
            watch.stop()

    def _make_worker(self, device: Device) -> DeviceWorker:
        driver = driver_for(
            device,
            listener=self._listener,
            clock=self.clock,
            settings=self._settings,
            account=account_of(self.store, device.id),
        )
        return DeviceWorker(driver, self._listener, self._work, Kind.named(device.kind).rhythm)

    def _idle(self, device_id: str, channels: frozenset[Channel]) -> Errand | None:
        """What a device may do when nothing is due."""
        profile = self._profiles.next_look(device_id, channels)
        look = profile or self._archives.next_look(device_id, channels)
        return look or self._pauses.next_pause(device_id, channels)

    def _not_ready(self) -> list[str]:
        return [] if self._started else ["devices"]

    def _setup_code(self) -> str | None:
        """Shown on the console only: who reads it may make the first administrator."""
        fresh: Callable[[sqlite3.Connection], bool] = staff.is_fresh
        if not self.store.read(fresh):
            setup_code.forget(self._data)
            return None
        return setup_code.kept(self._data)

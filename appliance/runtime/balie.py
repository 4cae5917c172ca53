"""Balie itself: every part made once, wired, started and stopped in order."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from appliance.api.cloud.dialect import Cloud
from appliance.api.connections import Connections
from appliance.api.services import EVIDENCE, Services
from appliance.api.smsgate.dialect import Smsgate
from appliance.box.updates.door import UpdateDoor
from appliance.channels import Channel
from appliance.clock import Clock
from appliance.desk.care import marking
from appliance.desk.groups import outcomes
from appliance.desk.intake import adoption
from appliance.desk.intake.reception import Reception
from appliance.desk.lines.archive_looks import ArchiveLooks
from appliance.desk.lines.charging import ChargePauses
from appliance.desk.lines.incidents.watch import IncidentWatch
from appliance.desk.lines.own_profiles import OwnProfiles
from appliance.desk.lines.port_care import PortCare
from appliance.desk.notices.mail_post import MailPost
from appliance.desk.outgoing.room import Room
from appliance.desk.privacy.erasing import again
from appliance.desk.team import staff
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.devices.kind import Kind
from appliance.devices.protocol import Errand
from appliance.devices.worker import DeviceWorker
from appliance.media.files import FOLDER, MediaFiles
from appliance.office.at_box.box_link import BoxLink
from appliance.office.at_box.taking import BoxCounter
from appliance.queue.gate import ConsentGate
from appliance.queue.planner import Planner
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.queue.stored_history import Histories
from appliance.queue.work import QueueWork
from appliance.relay import suggesting
from appliance.relay.dialect import Dialect
from appliance.relay.relay import Relay
from appliance.relay.standard import Standard
from appliance.relay.suggesting import Suggester
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
from appliance.runtime.options import DEFAULT_OPTIONS, Options
from appliance.runtime.plugged_in import plugged_in
from appliance.runtime.port_wishes import PortWishes, serial_of
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

    def __init__(self, data: Path, clock: Clock, options: Options = DEFAULT_OPTIONS) -> None:
        """Opens and migrates the database. Raises StoreError with what to do."""
        kinds.load()
        self.clock = clock
        self.store = Store(data / DATABASE, clock)
        self._data = data
        self._options = options
        self._started = False
        gate, media_room = ConsentGate(), MediaRoom(options.max_media_mb * _MB)
        self._listener = Reception(self.store, gate)
        self._profiles, self._pauses = OwnProfiles(self.store), ChargePauses(self.store)
        self._archives = ArchiveLooks(self.store)
        self._ports = PortCare(
            self.store, PortWishes(data), lambda device: serial_of(device, options.settings)
        )
        self._media = MediaFiles(data / FOLDER)
        self._histories = Histories()
        self._work = self._make_work(gate)
        self._watches = {
            kind.name: kind.make_watch() for kind in Kind.known() if kind.make_watch is not None
        }
        self._fleet = Fleet(self.store, self._make_worker, self._watches)
        self._planner = Planner(self.store, options.profile, self._fleet.wake_line, self._histories)
        self._updates = UpdateDoor(options.updates, data)
        self._machine = Machine(data, came_back=self._updates.unseen)
        self._jobs = self._make_jobs(media_room)
        self._urls = UrlPolicy(options.webhooks_allow)
        self._readings, self._relayed = (
            ReadingNotes(self.store, data),
            ReadingNotes(self.store, data),
        )
        self._copier = Copier(self.store, options.copies, options.stick)
        self._post = None if options.mail is None else MailPost(options.mail, options.address)
        self._suggester = self._make_suggester()
        self._room = Room(options.max_waiting)
        self._office = self._make_office(gate)
        self._followers = self._make_followers(gate)
        self.services = self._make_services(gate, media_room)

    def _make_followers(self, gate: ConsentGate) -> Sequence[OwnThread]:
        options, data = self._options, self._data
        return (
            SearchFollower(self.store),
            ReportFollower(self.store),
            Archivist(self.store, data, self._media),
            PushFollower(self.store, data),
            *([] if self._post is None else [MailFollower(self.store, self._post)]),
            RoundThread(self.store, self._planner.ask),
            ListFollower(self.store, self._planner.ask),
            ImportWatcher(self.store, gate, options.import_folder),
            RetentionThread(self.store, data),
            ErasureFollower(
                self.store, lambda: memories.forget(self._histories), options.erasure_steps
            ),
            self._copier,
            Relay(self.store, _dialects(), self._urls, accessed=self._relayed),
            self._office,
        )

    def _make_suggester(self) -> Suggester | None:
        """None on trial, too: nobody is asked anything."""
        settings = self._options.suggestions
        if settings is None or self._options.on_trial:
            return None
        return Suggester(settings, self.store)

    def _make_office(self, gate: ConsentGate) -> BoxLink:
        counter = BoxCounter(
            store=self.store,
            gate=gate,
            room=self._room,
            planned=self._planner.ask,
            make_copy=self._copier.make_copy,
            update=self._updates.take,
        )
        return BoxLink(counter, self._data, self._options.address)

    def _make_work(self, gate: ConsentGate) -> QueueWork:
        return QueueWork(
            self.store,
            gate,
            self._options.profile,
            evidence=self._data / EVIDENCE,
            media=self._media,
            steps=self._options.steps,
            group_seen=outcomes.keep,
            chat_read=adoption.keep,
            idle=self._idle,
            histories=self._histories,
            file_kept=marking.look_at_file,
            holds=self._ports.holds,
        )

    def _make_jobs(self, media_room: MediaRoom) -> Jobs:
        watch = IncidentWatch(self.store, self._machine.facts)
        return Jobs(
            self.store,
            self._listener.show_incomplete,
            watch=watch.look,
            room=media_room,
            wishes=HomeWishes(self.store).tell,
            ports=self._ports.look,
        )

    def _make_services(self, gate: ConsentGate, media_room: MediaRoom) -> Services:
        options = self._options
        return Services(
            store=self.store,
            gate=gate,
            clock=self.clock,
            feed=EventFeed(self.store),
            planned=self._planner.ask,
            ready=self._not_ready,
            data_dir=self._data,
            cookies_secure=options.secure_cookies,
            proxies=options.proxies,
            push_services=options.push_services,
            oidc=options.oidc,
            address=options.address,
            admins_need_passkey=options.admins_need_passkey,
            mail=self._post,
            import_folder=options.import_folder,
            setup_code=self._setup_code(),
            room=self._room,
            media_room=media_room,
            on_trial=options.on_trial,
            updates=self._updates,
            **self._doors_to_devices(),
            connections=options.connections or Connections(),
            histories=self._histories,
            accessed=self._readings,
            readings_kept=self._readings.kept,
            urls=self._urls,
            copies=self._copier,
            office=self._office,
            suggester=self._suggester,
        )

    def _doors_to_devices(self) -> dict[str, Any]:
        """None on trial: a page that somebody opens must not touch a phone either."""
        if self._options.on_trial:
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
        if not self._options.on_trial:
            self._begin_work()
        self._started = True

    def _begin_work(self) -> None:
        if doubted := doubt_everything_in_hand(self.store, self._options.steps):
            log.warning("%d messages were in hand when Balie stopped; asking the devices", doubted)
        self._settle_keys()
        if self._suggester is None:
            suggesting.none_is_named(self.store)
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
        if not self._options.on_trial:
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
            settings=self._options.settings,
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

"""Figures as Prometheus reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from appliance import __version__
from appliance.api.connections import Connections
from appliance.api.services import Services
from appliance.desk.access.wrong_tries import Tried
from appliance.desk.reports.figures import Figures

_MS_PER_S = 1000
_CENTS = 100
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Metrics:
    """One per app, so that two apps in one process count apart."""

    def __init__(self, services: Services, wrong_tries: Mapping[Tried, int]) -> None:
        self._wrong_tries = wrong_tries
        self._registry = CollectorRegistry()
        Gauge(
            "balie_store_keeps",
            "1 while what is written is kept; 0 on a full or broken disk.",
            registry=self._registry,
        ).set_function(lambda: services.store.keeps)
        self._registry.register(_Connections(services.connections))
        self._registry.register(_OwnVersion(services))
        self._accept = Histogram(
            "balie_accept_seconds",
            "Time from a posted message to its durable acceptance.",
            buckets=_BUCKETS_S,
            registry=self._registry,
        )

    def accepted(self, took_s: float) -> None:
        self._accept.observe(took_s)

    def text(self, figures: Figures, *, each_device: bool) -> bytes:
        """The whole exposition; without `each_device` it has no figures of single devices."""
        registry = CollectorRegistry()
        shown = figures if each_device else replace(figures, signals=(), credits=())
        registry.register(_Snapshot(shown, self._wrong_tries))
        return generate_latest(registry) + generate_latest(self._registry)


class _OwnVersion(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        build = GaugeMetricFamily("balie_build_info", "The version that runs.", labels=["version"])
        build.add_metric((__version__,), 1)
        yield build
        yield GaugeMetricFamily(
            "balie_on_trial",
            "1 while this version is on trial, and sends and takes nothing.",
            value=int(self._services.on_trial),
        )
        yield GaugeMetricFamily(
            "balie_version_came_back",
            "1 when a version was tried and came back, until somebody knows or a later one stays.",
            value=int(self._services.updates.unseen() is not None),
        )


class _Connections(Collector):
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def collect(self) -> Iterable[Metric]:
        yield GaugeMetricFamily(
            "balie_connections", "Connections to the web server.", value=self._connections.open
        )
        yield CounterMetricFamily(
            "balie_connections_refused",
            "Connections for which there was no room.",
            value=self._connections.counts.refused,
        )
        yield CounterMetricFamily(
            "balie_connections_ended",
            "Connections that kept the server waiting until it ended them.",
            value=self._connections.counts.ended,
        )


class _Snapshot(Collector):
    def __init__(self, figures: Figures, wrong_tries: Mapping[Tried, int]) -> None:
        self._figures = figures
        self._wrong_tries = wrong_tries

    def collect(self) -> Iterable[Metric]:
        messages = GaugeMetricFamily(
            "balie_messages", "Messages by state.", labels=("direction", "state")
        )
        for direction, state, count in self._figures.messages:
            messages.add_metric((direction, state), count)
        yield messages
        devices = GaugeMetricFamily(
            "balie_devices", "Phones and modems by state.", labels=("kind", "state")
        )
        for kind, state, count in self._figures.devices:
            devices.add_metric((kind, state), count)
        yield devices
        signals = GaugeMetricFamily(
            "balie_signal_dbm", "How strong a modem receives its network.", labels=("device",)
        )
        for device, dbm in self._figures.signals:
            signals.add_metric((device,), dbm)
        yield signals
        credit = GaugeMetricFamily(
            "balie_credit_euros", "The credit of a prepaid SIM, as last read.", labels=("device",)
        )
        for device, cents in self._figures.credits:
            credit.add_metric((device,), cents / _CENTS)
        yield credit
        yield GaugeMetricFamily(
            "balie_queue_age_seconds",
            "How long the oldest queued message waits; 0 when none does.",
            value=self._age_s(),
        )
        wrong = CounterMetricFamily(
            "balie_wrong_tries", "Wrong passwords, set-up codes and tokens.", labels=("what",)
        )
        for what in Tried:
            wrong.add_metric((what.value,), self._wrong_tries.get(what, 0))
        yield wrong

        incidents = GaugeMetricFamily(
            "balie_incidents", "What is wrong now, by kind.", labels=("kind",)
        )
        for kind, count in self._figures.incidents:
            incidents.add_metric((kind,), count)
        yield incidents
        yield from self._copies()
        yield GaugeMetricFamily(
            "balie_newcomers_waiting",
            "First answers that wait because many new people wrote at once.",
            value=self._figures.newcomers,
        )

    def _copies(self) -> Iterable[Metric]:
        """Of a place where none came yet the time since one is expected there."""
        ages = GaugeMetricFamily(
            "balie_copy_age_seconds", "How old the newest copy is, by place.", labels=("place",)
        )
        for each in self._figures.copies:
            ages.add_metric((each.place,), self._since_s(each.since_ms))
        yield ages
        if (drill := self._figures.drill) is None:
            return
        yield GaugeMetricFamily(
            "balie_copy_drill_age_seconds",
            "How long ago the newest copy was opened, checked and counted.",
            value=self._since_s(drill.at_ms),
        )
        yield GaugeMetricFamily(
            "balie_copy_drill_passed",
            "1 when that copy was whole; 0 when it was not.",
            value=float(drill.failed is None),
        )

    def _since_s(self, at_ms: int) -> float:
        return max(0.0, (self._figures.now_ms - at_ms) / _MS_PER_S)

    def _age_s(self) -> float:
        oldest_ms = self._figures.oldest_ms
        return 0.0 if oldest_ms is None else (self._figures.now_ms - oldest_ms) / _MS_PER_S

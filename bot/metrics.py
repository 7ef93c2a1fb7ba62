"""How the bot stands, over HTTP for this machine: /health for probes, /metrics for Prometheus."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.app import App, open_app
from bot.cycle import due_day
from bot.health import reasons, since_served
from config.settings import Settings
from market.calendar import SHANGHAI
from market.database import DatabaseError, told

STATES = ("due", "sending", "sent", "parked")
log = logging.getLogger("paomo")


class Metrics:
    """Serves until closed; port 0 in the settings: not at all."""

    def __init__(self, known: Settings) -> None:
        """A port that is taken is told and lived without."""
        self._server: WSGIServer | None = None
        where = known.metrics
        if not where.port:
            return
        try:
            self._server = make_server(where.listen, where.port, _site(known), _Server, _Quiet)
        except OSError as error:
            log.warning("no metrics: %s:%d, %s", where.listen, where.port, error.strerror)
            return
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serves no more."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    timeout = 10  # seconds that a caller may take to ask

    def log_message(self, *_: object) -> None:
        """Nothing: probes come every minute."""


def _site(known: Settings) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
        status, kind, body = _page(known, environ.get("PATH_INFO", ""))
        start(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]

    return answer


def _page(known: Settings, path: str) -> tuple[str, str, bytes]:
    """Status, content type and body of a page."""
    plain = "text/plain; charset=utf-8"
    try:
        if path == "/health":
            wrong = reasons(known, datetime.now(UTC))
            status = "503 Service Unavailable" if wrong else "200 OK"
            return status, plain, ("; ".join(wrong) or "healthy").encode()
        if path == "/metrics":
            with closing(open_app(known)) as app:
                return "200 OK", CONTENT_TYPE_LATEST, measured(app)
    except DatabaseError as error:
        return "503 Service Unavailable", plain, told(error).encode()
    return "404 Not Found", plain, b"/health and /metrics"


def measured(app: App) -> bytes:
    """All figures as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(_Figures(app))
    return generate_latest(registry)


class _Figures:
    def __init__(self, app: App) -> None:
        self._app = app

    def collect(self) -> Iterator[Metric]:
        """One family after the other; what is not known is left out."""
        app = self._app
        ledger, now = app.ledger, app.now()
        yield _by("paomo_outbox_messages", "messages", "state", {
            state: float(ledger.outbox.count(state)) for state in STATES
        })  # fmt: skip
        oldest = ledger.outbox.oldest()
        waits = (now - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("paomo_outbox_oldest_seconds", "oldest message waiting", waits)
        for name, fact in (("alive", "alive"), ("last_poll", "heard")):
            if stamp := ledger.fact(fact):
                at = datetime.fromisoformat(stamp).timestamp()
                what = f"when the bot was last {fact}"
                yield GaugeMetricFamily(f"paomo_{name}_timestamp_seconds", what, at)
        yield _by("paomo_source_age_seconds", "since a source last served", "source", {
            source: age.total_seconds() for source, age in since_served(ledger, now).items()
        })  # fmt: skip
        yield GaugeMetricFamily("paomo_job_late_seconds", "the day's cycle is late by", _late(app))
        kinds = {kind: float(count) for kind, count in ledger.kinds().items()}
        yield _by("paomo_transitions", "transitions told so far", "kind", kinds)
        chats = float(len(ledger.chats()))
        yield GaugeMetricFamily("paomo_chats", "chats that get pushes", chats)


def _by(name: str, what: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _late(app: App) -> float:
    """Seconds since the newest due day was due, while it is not judged; else 0."""
    due, evaluated = due_day(app), app.ledger.evaluated()
    if evaluated and evaluated >= due:
        return 0.0
    first = app.settings.schedule.first_try
    at = datetime.combine(due, first, SHANGHAI)
    return max(0.0, (app.now() - at) / timedelta(seconds=1))

"""What Prometheus reads of the API. Labels are route templates, methods and statuses, never ids."""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

from shared.db.transaction import Database

_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}

REQUESTS = Counter("http_requests", "Requests answered.", ["service", "method", "route", "status"])
SECONDS = Histogram(
    "http_request_seconds",
    "From the first byte of a request to the last of its answer.",
    ["service", "method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
REPLAYS = Counter("idempotency_replays", "Answers given again for a repeated Idempotency-Key.")
DATABASE_UP = Gauge("database_up", "1 when the service's database answered the scrape.", ["service"])
OUTBOX_ROWS = Gauge("outbox_rows", "Facts that wait for the relay (counted up to 100 000).", ["service"])
OUTBOX_AGE = Gauge("outbox_oldest_seconds", "Age of the oldest fact that waits for the relay.", ["service"])
DEAD_LETTERS = Gauge("dead_letters", "Records that wait for a person.", ["service"])
PARKED_KEYS = Gauge("parked_keys", "Keys that wait behind a failed record.", ["service"])

_WAITING = """
SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100000) o) AS outbox,
       coalesce(extract(epoch FROM $1 - (SELECT occurred_at FROM outbox ORDER BY position LIMIT 1)), 0)::float8 AS age,
       (SELECT count(*) FROM dead_letter WHERE resolved_at IS NULL) AS dead,
       (SELECT count(*) FROM parked_key) AS parked
"""


class RequestMeter:
    """Counts requests of one service; the label children are kept, because finding them costs more than counting."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        children = self._children.get((method, route, status))
        if children is None:
            method = method if method in _METHODS else "OTHER"
            name = route or "unmatched"
            children = (
                REQUESTS.labels(self._service, method, name, status),
                SECONDS.labels(self._service, method, name),
            )
            if method != "OTHER":
                self._children[method, route, status] = children
        children[0].inc()
        children[1].observe(seconds)


async def scrape(db: Database) -> bytes:
    """The metrics page, with what the service's tables say at this moment."""
    try:
        async with db.transaction() as tx:
            row = await tx.driver.fetchrow(_WAITING, tx.now, timeout=5)
        DATABASE_UP.labels(db.service).set(1)
        OUTBOX_ROWS.labels(db.service).set(row["outbox"])
        OUTBOX_AGE.labels(db.service).set(max(0.0, row["age"]))
        DEAD_LETTERS.labels(db.service).set(row["dead"])
        PARKED_KEYS.labels(db.service).set(row["parked"])
    except Exception:  # the metrics of a service without its database are the ones most needed
        DATABASE_UP.labels(db.service).set(0)
    return generate_latest(REGISTRY)

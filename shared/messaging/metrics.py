"""The messaging signals that people watch."""

from prometheus_client import Counter, Gauge

RELAY_PUBLISHED = Counter("fairmarket_relay_published", "Facts acknowledged by the broker", ["service"])
CONSUMED = Counter("fairmarket_consumed", "Records by outcome", ["service", "outcome"])
REBUILDS = Counter("fairmarket_rebuilds", "Parts rebuilt after a failure", ["service", "part"])
LAG = Gauge("fairmarket_consumer_lag", "Records between the applied offset and the end", ["service", "topic"])

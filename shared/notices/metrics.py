"""What Prometheus reads of the delivery of notices."""

from prometheus_client import Counter, Gauge

DELIVERED = Counter("notices_delivered", "Notices delivered.", ["service", "channel"])
GIVEN_UP = Counter("notices_given_up", "Notices that could not be delivered.", ["service", "channel"])
PENDING = Gauge("notices_pending", "Deliveries that wait.", ["service"])
OLDEST_SECONDS = Gauge("notices_oldest_seconds", "Age of the oldest delivery that waits.", ["service"])

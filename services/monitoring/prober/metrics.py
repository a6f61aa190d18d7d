"""What the prober counts about itself."""

from prometheus_client import Counter, Gauge, Histogram

LOOKS = Counter("monitoring_looks", "Looks at targets.", ["vantage", "result"])
LATE = Counter("monitoring_late_slots", "Slots left out because they came too late or the look before still ran.")
LAG = Histogram(
    "monitoring_schedule_lag_seconds",
    "How long after its slot a look began.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
TARGETS = Gauge("monitoring_targets", "Targets that this prober holds.")
SUSPECT = Gauge("monitoring_vantage_suspect", "1 while a vantage is suspect.", ["vantage"])
LOST = Counter("monitoring_verdicts_lost", "Verdicts that could not be stored and were given up.")

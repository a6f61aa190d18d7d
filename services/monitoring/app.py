"""Monitoring, declared."""

from services import monitoring
from services.monitoring.jobs import JOBS, RESYNC
from services.monitoring.prober.task import probe_targets
from services.monitoring.reactions import REACTIONS
from services.monitoring.routes import router
from services.monitoring.settings import MonitoringSettings
from services.monitoring.tables import metadata
from shared.service import Service

service = Service(
    name="monitoring",
    title="Fairmarket monitoring: what is probed, outages, availability",
    package=monitoring,
    settings=MonitoringSettings,
    metadata=metadata,
    router=router,
    reactions=REACTIONS,
    jobs=JOBS,
    tasks=[probe_targets],
    resync=RESYNC,
)

"""The registry: who may sell here."""

from services import registry
from services.registry.jobs import JOBS
from services.registry.reactions import REACTIONS
from services.registry.resync import retell_access, retell_groups, retell_standings
from services.registry.routes import router
from services.registry.seed import seed_registry
from services.registry.settings import RegistrySettings
from services.registry.tables import metadata
from services.registry.tasks import delete_abandoned_files
from services.registry.use_cases.contacts import support_address
from shared.notices.courier import delivering
from shared.personal.rotation import keys_are_known
from shared.service import Service

service = Service(
    name="registry",
    title="Registry",
    package=registry,
    settings=RegistrySettings,
    metadata=metadata,
    router=router,
    reactions=REACTIONS,
    jobs=JOBS,
    tasks=[delivering(support_address), delete_abandoned_files],
    resync=[retell_standings, retell_groups, retell_access],
    seed=seed_registry,
    checks=[keys_are_known],
)

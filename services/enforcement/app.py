"""Enforcement: the rulebook, cases, violations, penalties, appeals, and what every service must obey."""

from services import enforcement
from services.enforcement.jobs import JOBS
from services.enforcement.reactions import REACTIONS
from services.enforcement.routes import router
from services.enforcement.settings import EnforcementSettings
from services.enforcement.tables import metadata
from services.enforcement.use_cases.cases import retell_cases
from services.enforcement.use_cases.restrictions import retell_restrictions
from services.enforcement.use_cases.rulebooks import publish_rulebooks
from shared.service import Service

service = Service(
    name="enforcement",
    title="Enforcement",
    package=enforcement,
    settings=EnforcementSettings,
    metadata=metadata,
    router=router,
    reactions=REACTIONS,
    jobs=JOBS,
    resync=[retell_restrictions, retell_cases],
    seed=publish_rulebooks,
)

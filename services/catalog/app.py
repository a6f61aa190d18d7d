"""The catalog: what is on offer, and in which state."""

from services import catalog
from services.catalog.jobs import JOBS
from services.catalog.reactions import REACTIONS
from services.catalog.resync import retell_listings
from services.catalog.routes import router
from services.catalog.seed import seed_catalog
from services.catalog.settings import CatalogSettings
from services.catalog.tables import metadata
from services.catalog.tasks import delete_abandoned_images
from services.catalog.use_cases.contacts import no_address
from shared.notices.courier import delivering
from shared.personal.rotation import keys_are_known
from shared.service import Service

service = Service(
    name="catalog",
    title="Catalog",
    package=catalog,
    settings=CatalogSettings,
    metadata=metadata,
    router=router,
    reactions=REACTIONS,
    jobs=JOBS,
    resync=[retell_listings],
    seed=seed_catalog,
    tasks=[delivering(no_address), delete_abandoned_images],
    checks=[keys_are_known],
)

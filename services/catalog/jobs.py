"""What the catalog does by the clock, each in one transaction."""

from datetime import timedelta

from services.catalog.use_cases.categories import bring_categories_in_force
from services.catalog.use_cases.images import forget_unused_images
from services.catalog.use_cases.offers import write_offers
from services.catalog.use_cases.patrol import advance_patrol
from services.catalog.use_cases.publishing import publish_approved
from services.catalog.use_cases.reviews import firm_up_due_dates
from services.catalog.use_cases.signatures import renew_signatures
from shared.service import Job

JOBS = [
    Job("advance_patrol", timedelta(seconds=2), advance_patrol),
    Job("bring_categories_in_force", timedelta(seconds=1), bring_categories_in_force),
    Job("publish_approved", timedelta(seconds=1), publish_approved),
    Job("forget_unused_images", timedelta(hours=1), forget_unused_images),
    Job("firm_up_due_dates", timedelta(hours=1), firm_up_due_dates),
    Job("renew_signatures", timedelta(minutes=10), renew_signatures),
    Job("write_offers", timedelta(minutes=1), write_offers),
]

"""A change is proved by documents that came after what holds now was verified."""

from services.registry import store
from services.registry.domain.document import unproven
from services.registry.domain.errors import ChangeUnproven
from services.registry.domain.profile_change import ProfileChange
from services.registry.domain.provider import Provider
from shared.db.transaction import Transaction


async def refuse_unproven(tx: Transaction, provider: Provider, change: ProfileChange) -> None:
    """When it is filed, and once more when it is approved: a document may have ended meanwhile."""
    application = await store.application(tx, provider.provider_id)
    since = {item: application.verified_since(item) or provider.admitted_at for item in change.items}
    kinds = store.document_kinds()
    documents = await store.current_documents(tx, provider.provider_id)
    if missing := unproven(kinds, documents, since, tx.now):
        raise ChangeUnproven(
            "Upload new documents that prove what changes, then file the change",
            missing=list(missing),
            advice=[
                {"field": f"document.{kind}", "clause": "3.1", "en": kinds[kind].title, "zh": kinds[kind].title_zh}
                for kind in missing
            ],
        )

"""qualification.granted → the revoked category that it cures is given back (6.5.6)."""

from services.enforcement.domain.cure import of_qualification
from services.enforcement.use_cases.cures import cure_penalties
from shared.contracts.registry import QualificationGranted
from shared.db.transaction import Transaction


async def cure(tx: Transaction, granted: QualificationGranted) -> None:
    await cure_penalties(tx, of_qualification(granted))

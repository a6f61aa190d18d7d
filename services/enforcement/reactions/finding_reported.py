"""finding.reported → what was found in a live version is held against the acts of its clauses; people decide."""

from services.enforcement.use_cases import findings
from shared.contracts.catalog import FindingReported
from shared.db.transaction import Transaction


async def report_findings(tx: Transaction, found: FindingReported) -> None:
    await findings.report_findings(tx, found)

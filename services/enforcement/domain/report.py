"""A report: somebody says that an act happened. Reports of the same act about the same subject share one case."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(eq=False)
class Report:
    report_id: UUID
    case_id: UUID
    reporter: str
    act: str
    happened_at: datetime
    text: str
    evidence: str
    reported_at: datetime

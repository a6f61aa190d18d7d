"""The domain classes, mapped onto their tables."""

from sqlalchemy.orm import registry

from services.enforcement.domain.appeal import Appeal
from services.enforcement.domain.case import Case
from services.enforcement.domain.decision import Decision
from services.enforcement.domain.penalty import Penalty
from services.enforcement.domain.report import Report
from services.enforcement.domain.violation import Violation
from services.enforcement.tables.cases import case_file, decision, report
from services.enforcement.tables.metadata import metadata
from services.enforcement.tables.penalties import appeal, penalty, violation

mapper = registry(metadata=metadata)
for _kind, _table in ((Case, case_file), (Violation, violation), (Penalty, penalty), (Appeal, appeal)):
    mapper.map_imperatively(_kind, _table, version_id_col=_table.c.version)
mapper.map_imperatively(Decision, decision)
mapper.map_imperatively(Report, report)

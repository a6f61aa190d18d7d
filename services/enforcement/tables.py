"""The tables of enforcement, and the mapping of its domain classes onto them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Enum,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator

from services.enforcement.domain.appeal import Appeal, AppealStatus
from services.enforcement.domain.case import Case, CaseKind, CaseOrigin, CaseStatus
from services.enforcement.domain.decision import Decision, DecisionKind
from services.enforcement.domain.penalty import EndedBy, Penalty, PenaltyStatus
from services.enforcement.domain.report import Report
from services.enforcement.domain.rulebook import Ending
from services.enforcement.domain.violation import Violation, ViolationStatus
from shared.contracts.effects import Effect, Target
from shared.db.engine import new_metadata
from shared.db.replicas import replica_table
from shared.db.tables import INSTANT, add_plumbing

metadata = new_metadata()
add_plumbing(metadata)


def _named(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members])


class _SetOf(TypeDecorator[Any]):
    """A set of named values as a sorted array of texts."""

    impl = ARRAY(Text)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else sorted(str(member) for member in value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else frozenset(self.kind(member) for member in value)


class _TargetColumn(TypeDecorator[Any]):
    """A target as JSON; `target_key` beside it is what is searched by."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else value.model_dump(mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else Target.model_validate(value)


# `document` is the text of the rulebook as data: a decision of long ago is read under the very words it was made by.
rulebook = Table(
    "rulebook",
    metadata,
    Column("rulebook", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("announced_at", INSTANT, nullable=False),
    Column("in_force_at", INSTANT, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    UniqueConstraint("rulebook", "in_force_at"),
)

# `case` is a word of SQL. One case per act and origin: the same outage never opens a second one.
case_file = Table(
    "case_file",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("act", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("rulebook_version", Text, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_id", Uuid),
    Column("origin", _named(CaseOrigin), nullable=False),
    Column("origin_id", Uuid, nullable=False),
    Column("status", _named(CaseStatus), nullable=False),
    Column("happened_at", INSTANT, nullable=False),
    Column("opened_at", INSTANT, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("trace", JSONB, nullable=False),
    Column("decision_id", Uuid),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("kind", _named(CaseKind), nullable=False),
    Column("recommended_by", Text, nullable=False),
    Column("recommendation_id", Uuid),
    Column("version", Integer, nullable=False),
    UniqueConstraint("origin_id", "act"),
    Index("ix_case_file_status", "status", "case_id"),
    Index("ix_case_file_listing_id", "listing_id", "case_id"),
    Index("ix_case_file_provider_id", "provider_id", "act"),
)

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, index=True),
    Column("reporter", Text, nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("happened_at", INSTANT, nullable=False),
    Column("text", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("reported_at", INSTANT, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("kind", _named(DecisionKind), nullable=False),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, index=True),
    Column("rulebook", Text, nullable=False),
    Column("rulebook_version", Text, nullable=False),
    Column("rulebook_hash", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("trace", JSONB, nullable=False),
    Column("measures", ARRAY(Text), nullable=False),
)

violation = Table(
    "violation",
    metadata,
    Column("violation_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case_file.case_id"), nullable=False, unique=True),
    Column("provider_id", Uuid, nullable=False),
    Column("listing_id", Uuid),
    Column("category", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("rulebook_version", Text, nullable=False),
    Column("decision_id", Uuid, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", INSTANT, nullable=False),
    Column("happened_at", INSTANT, nullable=False),
    Column("appeal_until", INSTANT, nullable=False),
    Column("earlier", Integer, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("status", _named(ViolationStatus), nullable=False),
    Column("accounts", ARRAY(Uuid), nullable=False),
    Column("group_id", Uuid),
    Column("group_version", Integer),
    Column("version", Integer, nullable=False),
    Index("ix_violation_provider_id", "provider_id", "violation_id"),
)

penalty = Table(
    "penalty",
    metadata,
    Column("penalty_id", Uuid, primary_key=True),
    Column("violation_id", Uuid, ForeignKey("violation.violation_id"), index=True),
    Column("case_id", Uuid, nullable=False, index=True),
    Column("decision_id", Uuid, nullable=False),
    Column("provider_id", Uuid, nullable=False),
    Column("target", _TargetColumn, nullable=False),
    Column("target_key", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("measure_clause", Text, nullable=False),
    Column("effects", _SetOf(Effect), nullable=False),
    Column("ends", _SetOf(Ending), nullable=False),
    Column("from_at", INSTANT, nullable=False),
    Column("until", INSTANT),
    Column("status", _named(PenaltyStatus), nullable=False),
    Column("lifted_at", INSTANT),
    Column("lift_decision_id", Uuid),
    Column("ended_by", _named(EndedBy)),
    Column("spreads", Boolean, nullable=False),
    Column("extended_from", Uuid, ForeignKey("penalty.penalty_id")),
    Column("through_group", Uuid),
    Column("interim", Boolean, nullable=False),
    Column("ordered_by", Text, nullable=False),
    Column("told_sequence", BigInteger),
    Column("version", Integer, nullable=False),
    CheckConstraint("violation_id IS NOT NULL OR interim", name="has_a_ground"),
    CheckConstraint("until IS NULL OR from_at < until", name="half_open"),
    Index("ix_penalty_standing", "target_key", postgresql_where=text("status = 'applied'")),
    Index(
        "uq_penalty_extended",
        "extended_from",
        "target_key",
        unique=True,
        postgresql_where=text("extended_from IS NOT NULL AND status = 'applied'"),
    ),
    Index("ix_penalty_through_group", "through_group", postgresql_where=text("through_group IS NOT NULL")),
    Index("ix_penalty_provider_id", "provider_id", "penalty_id"),
    Index("ix_penalty_target_key", "target_key", "penalty_id"),
)

# One row per target that was ever restricted. What restricts it is computed from the penalties; the row is the lock
# under which that is done, so that two decisions about one target come one after the other.
restriction = Table(
    "restriction",
    metadata,
    Column("target_key", Text, primary_key=True),
    Column("target", _TargetColumn, nullable=False),
)

appeal = Table(
    "appeal",
    metadata,
    Column("appeal_id", Uuid, primary_key=True),
    Column("violation_id", Uuid, ForeignKey("violation.violation_id"), nullable=False, unique=True),
    Column("provider_id", Uuid, nullable=False),
    Column("confirmed_by", Text, nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("filed_at", INSTANT, nullable=False),
    Column("text", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("status", _named(AppealStatus), nullable=False),
    Column("decision_id", Uuid),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_appeal_status", "status", "appeal_id"),
)

# When an outage that is still open must be looked at again, because a threshold of duration is reached then.
timer = Table(
    "timer",
    metadata,
    Column("outage_id", Uuid, primary_key=True),
    Column("due_at", INSTANT, primary_key=True),
    Column("correlation_id", Text, nullable=False),
    Index("ix_timer_due_at", "due_at"),
)

# What other services last told.
listing = replica_table("listing", metadata)
provider = replica_table(
    "provider",
    metadata,
    Column("account_id", Text, Computed("(state ->> 'account_id'::text)", persisted=True), index=True),
)
outage = replica_table("outage", metadata)
account_group = replica_table(
    "account_group",
    metadata,
    Column(
        "member_ids",
        JSONB,
        Computed('jsonb_path_query_array(state, \'$."members"[*]."provider_id"\'::jsonpath)', persisted=True),
    ),
    Index("ix_account_group_member_ids", "member_ids", postgresql_using="gin"),
)

# The seals of every service's audit trail, kept out of that service's reach. A second head for the same count is
# evidence of its own, so it gets its own row.
audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("service", Text, primary_key=True),
    Column("count", BigInteger, primary_key=True, autoincrement=False),
    Column("head_hash", Text, primary_key=True),
    Column("sealed_at", INSTANT, nullable=False),
)

_mapper = registry(metadata=metadata)
for _kind, _table in ((Case, case_file), (Violation, violation), (Penalty, penalty), (Appeal, appeal)):
    _mapper.map_imperatively(_kind, _table, version_id_col=_table.c.version)
_mapper.map_imperatively(Decision, decision)
_mapper.map_imperatively(Report, report)

"""What restricts a target: a function from the penalties on it to the causes in force. Nothing else is stored."""

from collections.abc import Iterable
from datetime import datetime

from services.enforcement.domain.penalty import Penalty
from shared.contracts.effects import Cause, Target
from shared.contracts.enforcement import RestrictionChanged


def causes(penalties: Iterable[Penalty], at: datetime) -> tuple[Cause, ...]:
    """The causes that block something at `at` or later, always in the same order."""
    standing = (penalty.cause() for penalty in penalties if not penalty.is_over(at))
    return tuple(sorted(standing, key=lambda cause: (cause.from_, cause.penalty_id)))


def restriction(target: Target, penalties: Iterable[Penalty], at: datetime) -> RestrictionChanged:
    """The whole state of the target, so that a later one supersedes an earlier one and a lost one heals."""
    return RestrictionChanged(target_key=target.key, target=target, causes=causes(penalties, at))

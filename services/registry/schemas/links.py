"""The HTTP shapes of pairs and groups of accounts. They carry no trait, only which kinds agree."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.domain.proposal import Link, LinkStatus
from services.registry.queries.groups import GroupView, Membership
from shared.http.fields import Reason


class WitnessItem(BaseModel):
    """A kind of trait that both accounts share, or what an officer found."""

    kind: str
    shared_by: int | None = Field(None, description="How many accounts share this very trait, these two included.")
    found: str | None = Field(None, description="What the investigation found.")


class LinkResponse(BaseModel):
    """Two accounts that may be, are, or are not one provider."""

    link_id: UUID
    providers: tuple[UUID, UUID]
    status: LinkStatus
    confidence: float = Field(description="From 0 to 1: what the shared traits say together.")
    evidence: list[WitnessItem]
    basis: str = Field(description="`evidence` or `investigation` once confirmed, else empty.")
    proposed_at: datetime
    decided_at: datetime | None
    decided_by: str
    reason: str
    version: int

    @classmethod
    def of(cls, link: Link) -> Self:
        return cls(
            link_id=link.link_id,
            providers=link.pair,
            status=link.status,
            confidence=link.confidence,
            evidence=[WitnessItem.model_validate(item) for item in link.evidence],
            basis=link.basis,
            proposed_at=link.proposed_at,
            decided_at=link.decided_at,
            decided_by=link.decided_by,
            reason=link.reason,
            version=link.version,
        )


class InvestigationRequest(BaseModel):
    """Two accounts that an officer found to have one actual controller (6.5.11)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "provider_id": "0192f3a0-0000-7000-8000-000000000001",
                "other_id": "0192f3a0-0000-7000-8000-000000000002",
                "reason": "经排查认定实际控制人为同一人",
                "evidence": "两家企业的最终受益人登记一致",
            }
        },
    )
    provider_id: UUID
    other_id: UUID
    reason: Reason
    evidence: Reason


class SeparationRequest(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "provider_id": "0192f3a0-0000-7000-8000-000000000003",
                "reason": "共用电话属于双方共同委托的代理机构",
            }
        },
    )
    provider_id: UUID
    reason: Reason


class MemberItem(BaseModel):
    provider_id: UUID
    since: datetime
    basis: str = Field(description="`code`, `representative`, `investigation` or `evidence`.")


class GroupResponse(BaseModel):
    """Accounts that are one provider (6.5.11). Fewer than two members: the group is no more."""

    group_id: UUID
    version: int = Field(description="The current version, also when another instant was asked for.")
    at: datetime = Field(description="The instant whose members are shown.")
    members: list[MemberItem]
    merged_into: UUID | None = Field(description="The group that took the members over.")
    founded_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, view: GroupView) -> Self:
        return cls(
            group_id=view.group_id,
            version=view.version,
            at=view.at,
            members=[MemberItem(**member.model_dump()) for member in view.members],
            merged_into=view.merged_into,
            founded_at=view.founded_at,
            changed_at=view.changed_at,
        )


class MembershipItem(BaseModel):
    provider_id: UUID
    since: datetime
    until: datetime | None = Field(description="Null: still a member.")
    basis: str
    ended_by: str = Field(description="Why it ended.")

    @classmethod
    def of(cls, membership: Membership) -> Self:
        return cls(
            provider_id=membership.provider_id,
            since=membership.since,
            until=membership.until,
            basis=membership.basis,
            ended_by=membership.ended_by,
        )

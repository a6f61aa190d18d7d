"""Services that are published twice, by one account or by linked ones, and possible copies of somebody else's."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from services.catalog.domain.screening.finding import Finding, Related, Relation, Said, Severity
from services.catalog.domain.screening.subject import Subject

if TYPE_CHECKING:
    from services.catalog.domain.screening import Rules

SHOWN = 5
"""Similar listings that a finding shows: enough to judge by."""

_CLAUSES = {Relation.OWN: "4.3.6", Relation.LINKED: "6.5.10", Relation.OTHER: "6.2.1(1)"}
_TEXT = {
    Relation.OWN: (
        Said("本账号已有文字相同或近似的服务，不得重复发布（4.3.6、6.1.3(6)）。",
             "This account already has a listing with the same or a similar text (4.3.6, 6.1.3(6))."),
        Said("请修改已有的服务，或写明本服务的不同之处。",
             "Change the listing that you have, or write what is different about this one."),
    ),
    Relation.LINKED: (
        Said("同一服务商的关联账号已有相同或近似的服务，应使用同一账号经营（6.5.10）。",
             "An account of the same provider already has the same or a similar listing; use one account (6.5.10)."),
        Said("请在已有该服务的账号中经营。", "Offer it from the account that has it."),
    ),
    Relation.OTHER: (
        Said("与其他服务商的服务文字近似，可能构成抄袭（6.2.1(1)）。",
             "The text is like that of another provider: a possible copy (6.2.1(1))."),
        Said("请使用自己的文字；原创请向审核人员说明。",
             "Use your own words; if they are, explain it to the reviewer."),
    ),
}  # fmt: skip
_LOGO = {
    Relation.OWN: (
        Said("本账号的另一服务使用相同或近似的Logo。",
             "Another listing of this account has the same or a similar logo."),
        Said("若为不同服务，建议使用可区分的Logo。", "If it is another service, a logo of its own tells it apart."),
    ),
    Relation.LINKED: (
        Said("关联账号的服务使用相同或近似的Logo，可能为同一服务（6.5.10）。",
             "A listing of a linked account has the same or a similar logo: perhaps the same service (6.5.10)."),
        Said("同一服务请使用同一账号经营。", "Offer the same service from one account."),
    ),
    Relation.OTHER: (
        Said("与其他服务商的Logo近似，可能构成抄袭（6.2.1(1)）。",
             "The logo is like that of another provider: a possible copy (6.2.1(1))."),
        Said("请使用自己的Logo。", "Use a logo of your own."),
    ),
}  # fmt: skip


def find(subject: Subject, rules: "Rules") -> Iterator[Finding]:
    """A text that stands for sale twice blocks; whoever has it from a stranger or ended the other one is for people.

    So is a logo: a provider may use its brand for several services.
    """
    if not subject.seen.similar_texts and not subject.seen.similar_logos:
        return
    since = subject.seen.first_published_at
    for relation in Relation:
        texts = [item for item in subject.seen.similar_texts if item.relation is relation]
        if texts:
            stands = relation is not Relation.OTHER and not all(item.ended for item in texts)
            severity = Severity.BLOCKS if stands else Severity.WARNS
            yield _finding("near-duplicate-text", "details", severity, relation, texts, since)
        logos = [item for item in subject.seen.similar_logos if item.relation is relation]
        if logos:
            yield _finding("near-duplicate-logo", "logo", Severity.WARNS, relation, logos, since)


def _finding(
    detector: str,
    field: str,
    severity: Severity,
    relation: Relation,
    similar: Sequence[Related],
    since: datetime | None,
) -> Finding:
    why, advice = (_TEXT if field == "details" else _LOGO)[relation]
    if relation is Relation.OTHER:
        why = _with_times(why, similar[:SHOWN], since)
    return Finding(detector, _CLAUSES[relation], severity, field, 0, 0, "", why, advice, related=tuple(similar[:SHOWN]))


def _with_times(why: Said, similar: Sequence[Related], since: datetime | None) -> Said:
    """Who was first on the market is what a person looks at first."""
    theirs = min((item.first_published_at for item in similar if item.first_published_at), default=None)
    ours = since.isoformat(timespec="seconds") if since else None
    first = theirs.isoformat(timespec="seconds") if theirs else "—"
    return Said(
        f"{why.zh}对方首次发布：{first}；本服务首次发布：{ours or '尚未发布'}。",
        f"{why.en} The other was first published at {first}, this one {f'at {ours}' if ours else 'never'}.",
    )

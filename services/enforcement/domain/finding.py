"""What the catalog found in a live version, as a report: which one it is, what it says, and what proves it."""

import json
from uuid import UUID, uuid5

from shared.contracts.catalog import FindingReported, ReportedFinding


def identity(found: FindingReported, item: ReportedFinding) -> UUID:
    """The same passage found anew by the same detector is the same report; what people find is one each time."""
    told = (found.version, item.clause, item.detector, item.field, item.start, item.end, item.matched)
    said_by_people = () if item.detector else (found.found_at.isoformat(), item.why_zh, item.why_en)
    return uuid5(found.listing_id, json.dumps([*told, *said_by_people], ensure_ascii=False))


def reporter(found: FindingReported) -> str:
    return f"catalog/{found.origin.value}"


def statement(item: ReportedFinding) -> str:
    return "\n".join(filter(None, (item.why_zh, item.why_en))) or item.clause


def evidence(found: FindingReported, item: ReportedFinding) -> str:
    """The passage, where it stands, and by which rules it was found."""
    proof = {
        "listing_id": str(found.listing_id),
        "listing_version": found.version,
        "rules_digest": found.rules_digest,
        **item.model_dump(mode="json", exclude={"why_zh", "why_en"}),
    }
    return json.dumps(proof, ensure_ascii=False)

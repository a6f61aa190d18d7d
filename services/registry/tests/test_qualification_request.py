"""Requests for a qualification: every status, every transition, the lease, and what a category asks for."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.registry import store
from services.registry.domain.document import Document
from services.registry.domain.errors import OwnProvider, RequestClaimed, WrongRequestState
from services.registry.domain.qualification_request import QualificationRequest, RequestState, kept_proof, proof_of
from services.registry.domain.requirement import Proof, RequiredProof, Requirement
from services.registry.tests.builders import NOW
from shared.ids import new_id

S = RequestState
HOUR = timedelta(hours=1)
OFFICER = "officer-1"


def a_request(**values):
    defaults = {
        "request_id": new_id(), "provider_id": new_id(), "account_id": "account-1", "category": "erp", "proofs": [],
        "requested_at": NOW,
    }  # fmt: skip
    return QualificationRequest(**{**defaults, **values})


ACTS = {
    "resubmit": lambda r: r.resubmit([], at=NOW),
    "withdraw": lambda r: r.withdraw(),
    "claim": lambda r: r.claim(by=OFFICER, at=NOW, until=NOW + HOUR),
    "release": lambda r: r.release(by=OFFICER, at=NOW),
    "grant": lambda r: r.decide(S.GRANTED, by=OFFICER, at=NOW, reason="fine"),
    "request_changes": lambda r: r.decide(S.CHANGES_REQUESTED, by=OFFICER, at=NOW, reason="blurred"),
    "reject": lambda r: r.decide(S.REJECTED, by=OFFICER, at=NOW, reason="forged"),
}
ALLOWED = {
    (S.SUBMITTED, "withdraw"): S.WITHDRAWN,
    (S.SUBMITTED, "claim"): S.IN_REVIEW,
    (S.SUBMITTED, "grant"): S.GRANTED,
    (S.SUBMITTED, "request_changes"): S.CHANGES_REQUESTED,
    (S.SUBMITTED, "reject"): S.REJECTED,
    (S.IN_REVIEW, "withdraw"): S.WITHDRAWN,
    (S.IN_REVIEW, "claim"): S.IN_REVIEW,
    (S.IN_REVIEW, "release"): S.SUBMITTED,
    (S.IN_REVIEW, "grant"): S.GRANTED,
    (S.IN_REVIEW, "request_changes"): S.CHANGES_REQUESTED,
    (S.IN_REVIEW, "reject"): S.REJECTED,
    (S.CHANGES_REQUESTED, "resubmit"): S.SUBMITTED,
    (S.CHANGES_REQUESTED, "withdraw"): S.WITHDRAWN,
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("act", ACTS)
def test_every_act_in_every_state_leads_where_the_table_says_or_is_refused(state, act):
    request = a_request(state=state)
    if (state, act) in ALLOWED:
        ACTS[act](request)
        assert (request.state, request.version) == (ALLOWED[state, act], 2)
    else:
        with pytest.raises(WrongRequestState):
            ACTS[act](request)
        assert (request.state, request.version) == (state, 1)


@pytest.mark.parametrize("act", ["claim", "release", "grant", "request_changes", "reject"])
def test_what_is_claimed_belongs_to_its_officer_until_the_lease_is_over(act):
    request = a_request()
    request.claim(by="bea", at=NOW - 2 * HOUR, until=NOW + timedelta(microseconds=1))
    with pytest.raises(RequestClaimed) as refused:
        ACTS[act](request)
    assert refused.value.facts["claimed_by"] == "bea"
    request.claimed_until = NOW
    ACTS[act](request)


@pytest.mark.parametrize("act", ["claim", "release", "grant", "request_changes", "reject"])
def test_nobody_decides_about_their_own_request(act):
    with pytest.raises(OwnProvider):
        ACTS[act](a_request(account_id=OFFICER))


def test_a_decision_lets_the_request_go():
    request = a_request()
    ACTS["claim"](request)
    ACTS["reject"](request)
    assert (request.claimed_by, request.claimed_until, request.decided_by) == ("", None, OFFICER)


def test_proofs_come_back_as_they_were_kept():
    proofs = [Proof("certificate", new_id()), Proof("outline", statement="eight hours")]
    assert [proof_of(kept_proof(proof)) for proof in proofs] == proofs


REQUIREMENT = Requirement(
    "training", "3.2", "design-choice", 365,
    (RequiredProof("certificate", "", "", dated=True), RequiredProof("outline", "", "", stated=True)),
)  # fmt: skip
OUTLINE = Proof("outline", statement="eight hours")


def a_document(**values):
    defaults = {
        "document_id": new_id(), "provider_id": new_id(), "person_id": new_id(), "kind": "certificate", "number": "",
        "issued_on": None, "valid_until": date(2027, 1, 1), "media_type": "image/png", "size": 1, "blob": "",
        "digest": b"", "uploaded_by": "account-1", "uploaded_at": NOW,
    }  # fmt: skip
    return Document(**{**defaults, **values})


def lacks(*documents, proofs=None):
    known = {document.document_id: document for document in documents}
    given = [Proof("certificate", d.document_id) for d in documents] if proofs is None else proofs
    return REQUIREMENT.lacks([*given, OUTLINE], known, NOW)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({}, ""),
        ({"kind": "icp_filing"}, "is a icp_filing"),
        ({"valid_until": None}, "must say until when"),
        ({"valid_until": date(2026, 11, 1)}, "no longer valid"),
        ({"replaced_at": NOW}, "was replaced"),
    ],
)
def test_a_document_proves_its_kind_only_while_it_is_valid(values, why):
    found = lacks(a_document(**values))
    assert why in found.get("certificate", "") if why else found == {}


def test_what_is_missing_unknown_or_another_ones_is_named_by_its_kind():
    assert REQUIREMENT.lacks([], {}, NOW).keys() == {"certificate", "outline"}
    assert "no document with this id" in lacks(proofs=[Proof("certificate", new_id())])["certificate"]
    assert "a document is asked for" in lacks(proofs=[Proof("certificate", statement="trust me")])["certificate"]
    assert "does not ask" in lacks(a_document(), proofs=[Proof("licence", statement="x")])["licence"]


def test_one_bad_document_among_good_ones_is_named():
    assert "no longer valid" in lacks(a_document(), a_document(valid_until=date(2026, 1, 1)))["certificate"]


def test_a_grant_never_outlives_the_first_of_its_documents_nor_the_longest_period():
    first, second = a_document(valid_until=date(2027, 1, 1)), a_document(valid_until=date(2027, 6, 1))
    known = {d.document_id: d for d in (first, second)}
    proofs = [Proof("certificate", d.document_id) for d in (first, second)]
    assert REQUIREMENT.latest_end(proofs, known, NOW) == datetime(2027, 1, 1, 16, tzinfo=UTC)
    assert REQUIREMENT.latest_end([OUTLINE], known, NOW) == NOW + timedelta(days=365)


def test_what_the_market_asks_for_can_be_put_forward():
    kinds = store.document_kinds()
    for requirement in store.requirements().values():
        assert requirement.valid_days > 0
        assert requirement.proofs
        assert all(required.stated or required.kind in kinds for required in requirement.proofs)

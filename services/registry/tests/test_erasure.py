"""What of a provider's personal data is forgotten when, and what must stay."""

import base64
from datetime import timedelta

import pytest

from services.registry import store
from services.registry.domain.application import ApplicationState
from services.registry.domain.erasure import GROUNDS, RETAINED_FOR, Kept, plan, refuse_retained
from services.registry.domain.errors import ErasureRefused
from services.registry.domain.exit import Exit, ExitKind, ExitStatus
from services.registry.domain.person import PersonRole
from services.registry.domain.trait import TraitKind
from services.registry.store import links
from services.registry.tasks import CLAIMED_FOR, delete_due_files
from services.registry.tests.acting import REASON, a_form, act, submitted, upload
from services.registry.tests.builders import NEEDED, NOW, a_code, a_statement, an_applicant, the_blobs, the_vault
from services.registry.tests.leaving import EXPELLED, hear
from services.registry.use_cases.applications import apply_as_provider
from services.registry.use_cases.standing import tell_if_changed
from shared.blobs import Blobs
from shared.contracts.effects import Target
from shared.contracts.enforcement import RestrictionChanged
from shared.contracts.registry import Standing
from shared.errors import NotFound, Transient
from shared.ids import new_id
from shared.testing.secrets import PERSONAL

TRAITS = {(kind, bytes([n])) for n, kind in enumerate(TraitKind)}
OPEN = {
    (Standing.APPLIED, state)
    for state in (
        ApplicationState.DRAFT,
        ApplicationState.WITHDRAWN,
        ApplicationState.REJECTED,
        ApplicationState.CHANGES_REQUESTED,
    )
} | {(Standing.EXITED, state) for state in ApplicationState}


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("state", ApplicationState)
def test_only_who_is_not_in_the_market_can_be_forgotten(standing, state):
    if (standing, state) in OPEN:
        assert plan(standing, state, TRAITS, is_barred=False, is_linked=False).kept
    else:
        with pytest.raises(ErasureRefused):
            plan(standing, state, TRAITS, is_barred=False, is_linked=False)


@pytest.mark.parametrize(
    ("known", "stay"),
    [
        ({"is_barred": False, "is_linked": False}, {TraitKind.CODE}),
        ({"is_barred": True, "is_linked": False}, {TraitKind.CODE, TraitKind.REPRESENTATIVE}),
        ({"is_barred": False, "is_linked": True}, {TraitKind.CODE, TraitKind.REPRESENTATIVE}),
    ],
)
def test_the_index_of_an_identity_stays_only_where_the_law_still_needs_it(known, stay):
    outcome = plan(Standing.EXITED, ApplicationState.ADMITTED, TRAITS, **known)
    assert {kind for kind, _ in outcome.traits} == stay
    assert (Kept.IDENTITY_INDEX in outcome.kept) is (TraitKind.REPRESENTATIVE in stay)


def test_whom_was_in_the_market_is_known_for_three_years_after_it_left():
    refuse_retained(None, NOW)
    refuse_retained(NOW - RETAINED_FOR, NOW)
    with pytest.raises(ErasureRefused, match="three years"):
        refuse_retained(NOW - RETAINED_FOR + timedelta(seconds=1), NOW)


def test_everything_kept_has_its_ground():
    assert set(GROUNDS) == set(Kept)


async def _leave(db, provider_id):
    async with db.transaction() as tx:
        left = Exit(new_id(), provider_id, ExitKind.VOLUNTARY, ExitStatus.COMPLETED, tx.now, "account-1")
        left.ended_at = tx.now
        tx.session.add(left)
        provider = await store.lock_provider(tx, provider_id)
        for standing in (Standing.ADMITTED, Standing.EXITING, Standing.EXITED):
            provider.become(standing)
        await tell_if_changed(tx, provider)
        return provider


async def test_the_account_reads_all_that_is_kept_of_its_persons_and_that_is_recorded(db, as_):
    statement = a_statement()
    provider_id = (await an_applicant(db, "account-1", statement)).provider_id
    path = f"/v1/providers/{provider_id}/personal-data"
    answer = await (await as_("provider", "account-1")).get(path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["signatures"] == []
    assert answer.json()["persons"] == {role: dict(details) for role, details in statement.persons.items()}
    assert (await (await as_("provider", "account-2")).get(path)).status_code == 404
    assert (await (await as_("officer")).get(path)).status_code == 403
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM audit WHERE action = 'export_personal_data'") == 1


async def test_an_erasure_takes_persons_documents_and_weak_traits_and_names_what_stays(db, as_):
    officer, provider = await as_("officer"), await as_("provider", "account-1")
    path, answer = await submitted(provider)
    refused = await act(officer, f"{path}/erasure", answer.headers["etag"], REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "erasure-refused")
    withdrawn = await act(provider, f"{path}/withdrawal", answer.headers["etag"])
    erased = await act(officer, f"{path}/erasure", withdrawn.headers["etag"], REASON)
    assert erased.status_code == 200, erased.text
    assert len(erased.json()["persons"]) == 4
    assert {item["what"] for item in erased.json()["kept"]} == {"enterprise", "signatures", "decisions"}
    assert all(item["ground"] for item in erased.json()["kept"])
    assert (await provider.get(f"{path}/personal-data")).json()["persons"] == {}
    documents = (await provider.get(f"{path}/documents")).json()["items"]
    assert documents
    assert (await officer.get(f"/v1/documents/{documents[0]['document_id']}")).json()["code"] == "personal-data-erased"
    stale = await act(officer, f"{path}/erasure", withdrawn.headers["etag"], REASON)
    assert stale.status_code == 412
    again = await act(officer, f"{path}/erasure", erased.headers["etag"], REASON)
    assert again.json()["persons"] == []
    async with db.transaction() as tx:
        assert {kind for kind, _ in await links.traits(tx, path.rpartition("/")[2])} == {TraitKind.CODE}


async def test_an_erasure_forgets_from_where_was_signed_and_closes_the_channels(db, as_):
    officer, provider = await as_("officer"), await as_("provider", "account-1")
    path, answer = await submitted(provider)
    chosen = {"webhook_url": "https://hooks.example.com/registry", "e_mail": False}
    opened = await provider.put("/v1/notices/channels", json=chosen, headers={"If-Match": '"v0"'})
    assert opened.status_code == 200, opened.text
    assert all(s["address"] for s in (await provider.get(f"{path}/personal-data")).json()["signatures"])
    withdrawn = await act(provider, f"{path}/withdrawal", answer.headers["etag"])
    erased = await act(officer, f"{path}/erasure", withdrawn.headers["etag"], REASON)
    assert erased.status_code == 200, erased.text
    signatures = (await provider.get(f"{path}/personal-data")).json()["signatures"]
    assert {(s["signed_by"], s["address"], s["user_agent"]) for s in signatures} == {("account-1", "", "")}
    assert (await provider.get("/v1/notices/channels")).json()["webhook_url"] == ""
    async with db.transaction() as tx:
        assert await tx.driver.fetchval("SELECT count(*) FROM document WHERE digest <> ''") == 0


async def test_the_files_of_whom_was_forgotten_are_deleted_and_a_store_that_is_away_is_asked_again(
    db, as_, clock, monkeypatch
):
    officer, provider = await as_("officer"), await as_("provider", "account-1")
    path, answer = await submitted(provider)
    async with db.transaction() as tx:
        kept = [document.blob for document in await store.documents(tx, path.rpartition("/")[2])]
    withdrawn = await act(provider, f"{path}/withdrawal", answer.headers["etag"])
    assert await delete_due_files(db, the_blobs()) == 0
    await act(officer, f"{path}/erasure", withdrawn.headers["etag"], REASON)

    async def away(blobs, sha256):
        raise Transient("the store of files is away")

    with monkeypatch.context() as patch:
        patch.setattr(Blobs, "delete", away)
        assert await delete_due_files(db, the_blobs()) == 0
    assert await the_blobs().get(kept[0])
    assert await delete_due_files(db, the_blobs()) == 0
    clock.advance(CLAIMED_FOR)
    assert await delete_due_files(db, the_blobs()) == len(kept) == 4
    for blob in kept:
        with pytest.raises(NotFound):
            await the_blobs().get(blob)
    [document, *_] = (await provider.get(f"{path}/documents")).json()["items"]
    assert (await officer.get(f"/v1/documents/{document['document_id']}")).json()["code"] == "personal-data-erased"
    clock.advance(CLAIMED_FOR)
    assert await delete_due_files(db, the_blobs()) == 0


async def test_the_reason_of_an_erasure_names_nobody(as_):
    officer, provider = await as_("officer"), await as_("provider", "account-1")
    path, answer = await submitted(provider)
    withdrawn = await act(provider, f"{path}/withdrawal", answer.headers["etag"])
    refused = await act(officer, f"{path}/erasure", withdrawn.headers["etag"], {"reason": "asked for by 13912345678"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")


async def test_whoever_was_forgotten_may_apply_again_and_proves_everything_anew(db, as_):
    officer, provider = await as_("officer"), await as_("provider", "account-1")
    path, answer = await submitted(provider)
    assert (await provider.get(f"{path}/personal-data")).json()["signatures"][0]["signed_by"] == "account-1"
    withdrawn = await act(provider, f"{path}/withdrawal", answer.headers["etag"])
    erased = await act(officer, f"{path}/erasure", withdrawn.headers["etag"], REASON)
    form = {name: value for name, value in a_form().items() if name != "unified_social_credit_code"}
    stated = await provider.put(f"{path}/profile", json=form, headers={"If-Match": erased.headers["etag"]})
    assert stated.status_code == 200, stated.text
    owed = {item["field"] for item in stated.json()["missing"]}
    assert {f"document.{kind}" for kind in NEEDED} <= owed
    assert not any(field.startswith("representative") for field in owed)
    for number, kind in enumerate(NEEDED):
        sent = await upload(provider, path, kind, number + 10)
        assert sent.status_code == 201, sent.text
    again = await act(provider, f"{path}/submission", sent.headers["etag"])
    assert again.status_code == 200, again.text
    documents = (await provider.get(f"{path}/documents")).json()["items"]
    assert [item["replaced_at"] is None for item in documents] == [False] * 4 + [True] * 4


async def test_an_expelled_identity_is_known_even_after_its_data_was_erased(db, as_, clock):
    statement, code = a_statement(), a_code()
    gone = await an_applicant(db, "account-1", statement, code)
    target = Target(kind="provider", id=gone.provider_id)
    cause = EXPELLED.model_copy(update={"from_": clock.at - timedelta(seconds=1)})
    await hear(db, RestrictionChanged(target_key=target.key, target=target, causes=(cause,)))
    provider = await _leave(db, gone.provider_id)
    path, officer = f"/v1/providers/{gone.provider_id}/erasure", await as_("officer")
    early = await act(officer, path, f'"v{provider.version}"', REASON)
    assert (early.status_code, early.json()["code"]) == (409, "erasure-refused")
    assert early.json()["keep_until"] == (clock.at + RETAINED_FOR).isoformat()
    clock.advance(RETAINED_FOR)
    erased = await act(officer, path, f'"v{provider.version}"', REASON)
    assert "identity_index" in {item["what"] for item in erased.json()["kept"]}
    with pytest.raises(Exception, match="was expelled"):
        async with db.transaction() as tx:
            await apply_as_provider(
                tx,
                the_vault(),
                "account-2",
                a_code(),
                a_statement(representative=statement.persons[PersonRole.REPRESENTATIVE]),
            )


async def test_staff_sees_how_many_persons_still_need_an_older_key(db, as_, client_for, token):
    await an_applicant(db)
    new = f"new:{base64.b64encode(bytes(32)).decode()},{PERSONAL['personal_keys']}"
    auditor = await client_for("registry", db, token("auditor", "anna"), personal_keys=new)
    assert (await auditor.get("/v1/personal-keys")).json() == {
        "current": "new",
        "total": 4,
        "remaining": 4,
        "by_key": {"test": 4},
    }
    assert (await (await as_("provider")).get("/v1/personal-keys")).status_code == 403

"""Under a new blind-index key the market knows whom it knew, and what was decided stays decided."""

import base64
import json

import pytest

from services.registry.domain.person import PersonRole
from services.registry.domain.trait import TraitKind
from services.registry.reindex import reindex_all
from services.registry.store import links
from services.registry.tests.builders import a_code, a_statement, an_applicant, found, the_vault, told
from services.registry.tests.linking import partition
from services.registry.use_cases import link_decisions
from services.registry.use_cases.applications import apply_as_provider
from services.registry.use_cases.personal_data import erase_personal_data
from services.registry.use_cases.traits import keep_traits
from shared.personal.settings import PersonalDataSettings
from shared.personal.vault import Vault
from shared.testing.secrets import PERSONAL

NEW = {
    **PERSONAL,
    "blind_index_key": base64.b64encode(b"n" * 32).decode(),
    "blind_index_key_before": PERSONAL["blind_index_key"],
}


@pytest.fixture
def settings():
    return PersonalDataSettings.model_validate({"database_url": "", **NEW})


async def _pair(db):
    """Two accounts with one phone, whose proposal staff rejected."""
    contact = {"name": "李示例", "email": "service@example-a.com", "phone": "0571-88880000"}
    first = await an_applicant(db, "account-1", a_statement(support_contact=contact))
    other = {**contact, "email": "service@example-b.com"}
    await an_applicant(db, "account-2", a_statement(support_contact=other))
    async with db.transaction() as tx:
        row = await tx.driver.fetchrow("SELECT link_id, version FROM link")
        await link_decisions.reject_link(tx, row["link_id"], row["version"], "officer-1", "two firms in one building")
    return first


async def _kept(db):
    async with db.transaction() as tx:
        rows = await tx.driver.fetch("SELECT to_jsonb(l)::text AS l FROM link l ORDER BY link_id")
        return [json.loads(row["l"]) for row in rows]


async def test_links_groups_and_decisions_stay_and_equal_values_are_found_under_the_new_key(db, settings):
    first = await _pair(db)
    representative = a_statement().persons[PersonRole.REPRESENTATIVE]
    for account in ("account-3", "account-4"):
        await an_applicant(db, account, a_statement(representative=representative))
    groups, before, facts = await partition(db), await _kept(db), await told(db)
    new = Vault.of(settings)
    done = await reindex_all(db, new, Vault.before(settings))
    assert (done.providers, done.lost) == (4, set())
    assert (await partition(db), await told(db)) == (groups, facts)
    after = await _kept(db)
    digests = ("grounds", "judged")
    assert [{k: v for k, v in link.items() if k not in digests} for link in after] == [
        {k: v for k, v in link.items() if k not in digests} for link in before
    ]
    assert [link["judged"] for link in after] != [link["judged"] for link in before]
    async with db.transaction() as tx:
        await keep_traits(tx, new, await found(tx, first.provider_id))
        statement = a_statement(representative=representative)
        fifth = await apply_as_provider(tx, new, "account-5", a_code(), statement)
    assert await _kept(db) == after
    assert any(fifth.provider_id in group and len(group) == 3 for group in await partition(db))


async def test_a_second_run_changes_nothing(db, settings, monkeypatch):
    monkeypatch.setattr("services.registry.reindex.BATCH", 1)
    await _pair(db)
    new, before = Vault.of(settings), Vault.before(settings)
    assert (await reindex_all(db, new, before)).lost == set()
    once = await _kept(db)
    assert (await reindex_all(db, new, before)).lost == set()
    assert await _kept(db) == once


async def test_what_nobody_can_open_is_named_as_lost(db, settings):
    representative = a_statement().persons[PersonRole.REPRESENTATIVE]
    gone = await an_applicant(db, "account-1", a_statement(representative=representative))
    twin = await an_applicant(db, "account-2", a_statement(representative=representative))
    for provider in (gone, twin):
        async with db.transaction() as tx:
            version = (await found(tx, provider.provider_id)).version
            await erase_personal_data(tx, the_vault(), provider.provider_id, version, "officer-1", "asked for")
    done = await reindex_all(db, Vault.of(settings), Vault.before(settings))
    assert {kind for kind, _ in done.lost} == {TraitKind.REPRESENTATIVE}
    async with db.transaction() as tx:
        assert done.lost <= await links.traits(tx, gone.provider_id)


def test_without_the_key_before_it_does_not_begin():
    with pytest.raises(ValueError, match="BLIND_INDEX_KEY_BEFORE must be 32 bytes"):
        Vault.before(PersonalDataSettings.model_validate({"database_url": "", **PERSONAL}))

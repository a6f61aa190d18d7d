"""How an admitted provider of the tests comes to a change that waits."""

from dataclasses import replace
from datetime import timedelta

from services.registry.domain.person import PersonRole, Statement
from services.registry.tests.builders import (
    a_statement,
    an_admitted_provider_in,
    an_identity_number,
    an_upload,
    the_blobs,
    the_vault,
)
from services.registry.use_cases import documents, profile_changes

NEW_NAME = "杭州新名称科技有限公司"
PROOFS = {
    PersonRole.REPRESENTATIVE: ("identity_card_front", "identity_card_back"),
    PersonRole.SETTLEMENT_ACCOUNT: ("account_permit",),
}


def a_new_representative(**values):
    return {"name": "孙示例", "identity_number": an_identity_number(), **values}


def a_new_account(**values):
    account = a_statement().of(PersonRole.SETTLEMENT_ACCOUNT)
    return {**account, "account_number": "12020202099000777777", **values}


def stating(legal_name="", registered_address="", **persons):
    return Statement(legal_name, registered_address, persons={PersonRole(role): said for role, said in persons.items()})


def everything():
    """A change of all that was verified."""
    return stating(
        NEW_NAME,
        "浙江省杭州市滨江区示例路2号",
        representative=a_new_representative(),
        settlement_account=a_new_account(account_name=NEW_NAME),
    )


async def prove(db, clock, provider, *kinds, account_id="account-1"):
    """New documents of these kinds, a minute later."""
    clock.advance(timedelta(minutes=1))
    async with db.transaction() as tx:
        for kind in kinds:
            await documents.upload_document(
                tx, the_vault(), the_blobs(), provider.provider_id, account_id, an_upload(kind)
            )


async def prove_everything(db, clock, provider, account_id="account-1"):
    kinds = ("business_licence", "identity_card_front", "identity_card_back", "account_permit")
    await prove(db, clock, provider, *kinds, account_id=account_id)


async def file(tx, provider, stated, account_id="account-1"):
    return await profile_changes.file_change(tx, the_vault(), provider.provider_id, account_id, stated, 7)


async def a_waiting_change(db, clock, stated=None, account_id="account-1"):
    """An admitted provider, and its change of everything in the queue."""
    provider = await an_admitted_provider_in(db, account_id, statement=replace(a_statement()))
    await prove_everything(db, clock, provider, account_id)
    async with db.transaction() as tx:
        return provider, await file(tx, provider, stated or everything(), account_id)

"""Linked after a penalty (6.5.11): other accounts of a punished provider are found, are hit, and are let go again."""

from dataclasses import replace
from typing import Any

import pytest

from deploy.devstack.story import acts
from deploy.devstack.story.acts import Provider
from deploy.devstack.story.enterprise import an_enterprise
from deploy.devstack.story.market import Answer, Person
from tests.flows.world import World

pytestmark = pytest.mark.kafka


async def another_account(world: World, **same: Any) -> Provider:
    """Another enterprise applies, and shares this much with one that is here."""
    provider, _ = await acts.apply(world, replace(an_enterprise(), **same))
    await world.settle()
    return provider


async def clauses(world: World, provider: Provider) -> set[str]:
    """By which clauses the account is limited, as the registry shows it to everybody."""
    explained = await world.public.get("registry", f"/v1/providers/{provider.provider_id}/explanation")
    account = explained.expect(200)["effects"]["account"]
    assert account["blocked"] is bool(account["causes"])
    return {cause["clause"] for cause in account["causes"]}


async def group_of(officer: Person, provider: Provider) -> Answer:
    return (await officer.get("registry", f"/v1/providers/{provider.provider_id}/group")).expect(200)


def members(group: Answer) -> dict[str, str]:
    return {member["provider_id"]: member["basis"] for member in group["members"]}


async def test_accounts_that_are_found_out_after_a_penalty_are_hit_and_a_separated_one_is_not(world: World) -> None:
    officer = world.as_("officer", "officer-1")
    first = await acts.an_admitted_provider(world)
    await world.settle()
    await acts.prove(world, "data-crawling", provider_id=first.provider_id)
    await world.settle()
    assert await clauses(world, first) == {"6.5.8"}

    known = first.enterprise
    second = await another_account(world, account_number=known.account_number, phone=known.phone)
    assert await clauses(world, second) == set()
    (proposal,) = (await officer.get("registry", "/v1/link-proposals")).expect(200)["items"]
    assert set(proposal["providers"]) == {first.provider_id, second.provider_id}
    assert {"bank_account", "phone"} <= {witness["kind"] for witness in proposal["evidence"]}
    path, told = f"/v1/link-proposals/{proposal['link_id']}/confirmation", {"reason": "共用收款账户与联系电话"}
    (await officer.post("registry", path, told, version=f'"v{proposal["version"]}"')).expect(200)
    await world.settle()
    assert await clauses(world, second) == {"6.5.8"}

    third = await another_account(world, identity_number=known.identity_number)
    assert await clauses(world, third) == {"6.5.8"}
    group = await group_of(officer, third)
    assert members(group) == {
        first.provider_id: "representative",
        second.provider_id: "evidence",
        third.provider_id: "representative",
    }

    path = f"/v1/groups/{group['group_id']}"
    wrong = {"provider_id": second.provider_id, "reason": "收款账户属于代理记账机构"}
    (await officer.post("registry", f"{path}/separation", wrong, version=group.version)).expect(200)
    await world.settle()
    assert await clauses(world, second) == set()
    assert await clauses(world, first) == await clauses(world, third) == {"6.5.8"}
    assert members((await officer.get("registry", path)).expect(200)).keys() == {first.provider_id, third.provider_id}
    assert members((await officer.get("registry", path, at=group["at"])).expect(200)) == members(group)


async def test_a_link_by_the_same_identity_is_nobodys_to_undo(world: World) -> None:
    officer = world.as_("officer", "officer-1")
    first = await acts.an_admitted_provider(world)
    await world.settle()
    await acts.prove(world, "data-crawling", provider_id=first.provider_id)
    await world.settle()
    second = await another_account(world, identity_number=first.enterprise.identity_number)
    assert await clauses(world, second) == {"6.5.8"}
    group = await group_of(officer, second)
    wrong = {"provider_id": second.provider_id, "reason": "并非同一人"}
    kept = await officer.post("registry", f"/v1/groups/{group['group_id']}/separation", wrong, version=group.version)
    assert (kept.status, kept.code) == (409, "linked-by-law")

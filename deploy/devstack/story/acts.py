"""What people do in the market, each act as the requests that it takes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from deploy.devstack.story.admission import CATEGORY as CATEGORY
from deploy.devstack.story.admission import Provider as Provider
from deploy.devstack.story.admission import admit as admit
from deploy.devstack.story.admission import an_admitted_provider as an_admitted_provider
from deploy.devstack.story.admission import apply as apply
from deploy.devstack.story.admission import file_profile_change as file_profile_change
from deploy.devstack.story.admission import request_qualification as request_qualification
from deploy.devstack.story.admission import sign_agreements as sign_agreements
from deploy.devstack.story.admission import submit_application as submit_application
from deploy.devstack.story.application import YEARLY as YEARLY
from deploy.devstack.story.application import drawn_logo, written_application
from deploy.devstack.story.enterprise import Enterprise
from deploy.devstack.story.market import Answer, Market, Person, until

AT_ONCE = 24
"""How many merchants of a crowd act at the same moment."""


@dataclass(frozen=True, slots=True)
class Listing:
    listing_id: str
    provider: Provider
    name: str
    plan: dict[str, Any]

    @property
    def wish(self) -> dict[str, Any]:
        """What a merchant asks for who orders it."""
        return {
            "listing_id": self.listing_id,
            "plan_id": self.plan["plan_id"],
            "price_fen": self.plan["price_fen"],
        }

    @property
    def renewal(self) -> dict[str, Any]:
        return {"plan_id": self.plan["plan_id"], "price_fen": self.plan["price_fen"]}


# --- a listing comes to the market


async def an_application(provider: Provider, callback_url: str, wording: Enterprise | None = None) -> dict[str, Any]:
    """What a provider writes about its application, in which the screening finds nothing. The logo is uploaded already.

    A further application of one provider needs the `wording` of another enterprise: nothing is on sale twice.
    """
    content = written_application(wording or provider.enterprise, callback_url)
    return content | {"logo": await upload_logo(provider, content["name"])}


async def upload_logo(provider: Provider, name: str) -> str:
    """Asks again while the catalog has not heard yet of the provider."""
    logo = drawn_logo(name)

    async def ask() -> Answer:
        return await provider.account.upload("catalog", "/v1/images", logo, "image/png")

    uploaded = await until("the catalog knows the provider", ask, lambda answer: answer.code != "provider-unknown")
    return str(uploaded.expect(201)["sha256"])


async def create_listing(provider: Provider, content: dict[str, Any]) -> Answer:
    """Asks again while the catalog has not heard yet that the provider was admitted."""

    async def ask() -> Answer:
        return await provider.account.post("catalog", "/v1/listings", content)

    return (
        await until("the catalog knows the provider", ask, lambda answer: answer.code != "provider-unknown")
    ).expect(201)


async def submit(provider: Provider, listing_id: str) -> Answer:
    """Asks again while the catalog has not heard yet of the admission or the category."""

    async def ask() -> Answer:
        return await provider.account.post("catalog", f"/v1/listings/{listing_id}/submission")

    return (await until("the provider may publish", ask, lambda answer: answer.code != "publish-blocked")).expect(200)


async def approve(market: Market, listing_id: str, submitted: Answer) -> Answer:
    """By a second person too when the version is of high risk."""
    decision = {"decision": "approve", "reason": "内容完整，类目正确", "clauses": []}
    path, answer = f"/v1/listings/{listing_id}/review", submitted
    for name in ("reviewer-1", "reviewer-2"):
        reviewer = market.as_("reviewer", name)
        answer = (await reviewer.post("catalog", path, decision, version=answer.version)).expect(200)
        if answer["review"]["state"] == "decided":
            break
    return answer


async def a_published_listing(
    market: Market, provider: Provider, callback_url: str, plan: dict[str, Any] | None = None
) -> Listing:
    content = await an_application(provider, callback_url) | {"plans": [plan or YEARLY]}
    listing_id = (await create_listing(provider, content))["listing_id"]
    submitted = await submit(provider, listing_id)
    await approve(market, listing_id, submitted)
    return Listing(listing_id, provider, content["name"], content["plans"][0])


# --- merchants buy and use


async def order(merchant: Person, listing: Listing) -> Answer:
    return await merchant.post("orders", "/v1/orders", listing.wish)


async def pay(market: Market, merchant: Person, order_id: str) -> Answer:
    """Begins the payment at the market, and pays at the payment server; its webhook tells the market."""
    begun = (await merchant.post("orders", f"/v1/orders/{order_id}/payment")).expect(201)
    return (await market.public.post("payment", f"/payments/{begun['payment_id']}/pay")).expect(200)


async def entitlement(merchant: Person, listing: Listing) -> Answer:
    return await merchant.get("orders", f"/v1/entitlements/{listing.listing_id}")


async def wait_until_usable(merchant: Person, listing: Listing) -> Answer:
    return await until(
        f"{merchant.subject} may use the listing",
        lambda: entitlement(merchant, listing),
        lambda answer: bool(answer.status == 200 and answer["usable"]),
    )


async def buy(market: Market, merchant: Person, listing: Listing) -> str:
    """Orders, pays, and waits until the listing may be used; returns the order's id."""
    placed = (await order(merchant, listing)).expect(201)
    await pay(market, merchant, placed["order_id"])
    await wait_until_usable(merchant, listing)
    return str(placed["order_id"])


async def subscribe_crowd(market: Market, merchants: Sequence[Person], listing: Listing) -> None:
    """All of them order and pay."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(merchant: Person) -> None:
        async with places:
            placed = (await order(merchant, listing)).expect(201)
            await pay(market, merchant, placed["order_id"])

    await asyncio.gather(*(one(merchant) for merchant in merchants))


async def wait_for_merchants(market: Market, listing: Listing, many: int) -> Answer:
    return await until(
        f"monitoring knows {many} subscribed merchants",
        lambda: target(market, listing),
        lambda answer: bool(answer.status == 200 and answer["merchants"] >= many),
        pause=0.1,
    )


async def renew(merchant: Person, listing: Listing) -> Answer:
    """Asks for a further period of the merchant's newest subscription."""
    subscription = (await merchant.get("orders", "/v1/subscriptions")).expect(200)["items"][0]
    path = f"/v1/subscriptions/{subscription['subscription_id']}/renewals"
    return await merchant.post("orders", path, listing.renewal)


# --- what is measured, and judged


async def target(market: Market, listing: Listing) -> Answer:
    return await market.public.get("monitoring", f"/v1/targets/{listing.listing_id}")


async def outages(market: Market, listing: Listing) -> Answer:
    return await market.public.get("monitoring", f"/v1/listings/{listing.listing_id}/outages")


async def wait_for_state(market: Market, listing: Listing, state: str, seconds: float = 20) -> Answer:
    return await until(
        f"monitoring sees the listing {state}",
        lambda: target(market, listing),
        lambda answer: bool(answer.status == 200 and answer["state"] == state),
        seconds=seconds,
    )


async def wait_for_outage(market: Market, listing: Listing, merchants: int = 0) -> dict[str, Any]:
    """The open outage, once it says that at least so many merchants are affected."""

    def holds(answer: Answer) -> bool:
        return any(o["ended_at"] is None and o["merchants_affected"] >= merchants for o in answer["items"])

    answer = await until(f"an outage with {merchants} merchants", lambda: outages(market, listing), holds)
    found: dict[str, Any] = answer["items"][0]
    return found


async def wait_for_case(officer: Person, listing: Listing) -> Answer:
    """The case that the rulebook proposed, with its version."""
    answer = await until(
        "a case is proposed",
        lambda: officer.get("enforcement", "/v1/cases", listing_id=listing.listing_id),
        lambda answer: bool(answer.status == 200 and answer["items"]),
    )
    return (await officer.get("enforcement", f"/v1/cases/{answer['items'][0]['case_id']}")).expect(200)


async def confirm(officer: Person, case: Answer, cause: str | None = "defect") -> Answer:
    grounds = {
        "cause": cause,
        "evidence": "发布 2.4.1 的错误日志：库存同步陷入死循环，进程退出",
        "reason": "复现了该缺陷，与不可用时段一致",
    }
    path = f"/v1/cases/{case['case_id']}/confirmation"
    return (await officer.post("enforcement", path, grounds, version=case.version)).expect(201)


async def appeal(provider: Provider, violation_id: str) -> Answer:
    text = "故障由机房断电引起，并非应用缺陷，附机房证明。"
    return (
        await provider.account.post("enforcement", f"/v1/violations/{violation_id}/appeals", {"text": text})
    ).expect(201)


async def overturn(officer: Person, filed: Answer) -> Answer:
    decision = {"outcome": "overturn", "reason": "机房证明属实，缺陷不成立"}
    path = f"/v1/appeals/{filed['appeal_id']}/decision"
    return await officer.post("enforcement", path, decision, version=filed.version)


async def report(market: Market, act: str, **subject: str) -> Answer:
    """Somebody reports an act that happened just now; again, while enforcement has not heard of what is reported."""
    reviewer = market.as_("reviewer", "reviewer-1")
    said = {"act": act, "happened_at": just_now(), "text": "服务长时间不可用", "evidence": "截图与时间记录"}
    reported = await until(
        "enforcement knows what is reported",
        lambda: reviewer.post("enforcement", "/v1/reports", said | subject),
        lambda answer: answer.code != "not-found",
    )
    return reported.expect(201)


async def prove(market: Market, act: str, **subject: str) -> Answer:
    """An officer finds a reported act proven; the answer is the violation."""
    officer, reported = market.as_("officer", "officer-1"), await report(market, act, **subject)
    case = (await officer.get("enforcement", f"/v1/cases/{reported['case_id']}")).expect(200)
    return await confirm(officer, case, cause=None)


async def freeze(market: Market, listing: Listing) -> Answer:
    """Two long interruptions: the ladder of 6.3.1(1) answers the second one with a freeze of 30 days."""
    await prove(market, "long-interruption", listing_id=listing.listing_id)
    return await prove(market, "long-interruption", listing_id=listing.listing_id)


def just_now() -> str:
    return datetime.now(UTC).isoformat()


async def is_shown(market: Market, listing: Listing) -> bool:
    found = (await market.public.get("catalog", "/v1/market", q=listing.name)).expect(200)
    return any(item["listing_id"] == listing.listing_id for item in found["items"])

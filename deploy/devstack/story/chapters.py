"""The story of the market, chapter by chapter: what is done, what becomes true, and how soon after."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import httpx2

from deploy.devstack.layout import SERVICES
from deploy.devstack.story import acts
from deploy.devstack.story.acts import Listing, Provider
from deploy.devstack.story.endpoint import Endpoint
from deploy.devstack.story.enterprise import an_enterprise
from deploy.devstack.story.market import Answer, Market, NotArrivedError, Person, UnexpectedAnswerError, until
from deploy.devstack.story.narrator import Narrator, say

MERCHANTS = 300
"""As many as 6.3.2(4) asks for; the rulebook is the one of the regulation."""


def after(began: float) -> str:
    milliseconds = (perf_counter() - began) * 1000
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.2f} s"


def check(answer: Answer, holds: bool) -> None:
    """What the story says of an answer."""
    if not holds:
        raise UnexpectedAnswerError(answer)


@dataclass
class Story:
    market: Market
    narrator: Narrator
    endpoint: Endpoint
    listing: Listing | None = None

    def __post_init__(self) -> None:
        market = self.market
        self.enterprise = an_enterprise()
        mark = self.enterprise.mark.lower()
        self.officer = market.as_("officer", "officer-zhou")
        self.second_officer = market.as_("officer", "officer-qian")
        self.auditor = market.as_("auditor", "auditor-wu")
        self.merchants = [market.as_("merchant", f"shop-{mark}-{number}") for number in range(MERCHANTS)]
        self.strangers = (market.as_("merchant", f"new-shop-{mark}-{number}") for number in range(10**6))

    @property
    def merchant(self) -> Person:
        return self.merchants[0]

    async def play(self) -> None:
        self.endpoint.start()
        provider = await self.admission()
        listing = await self.publication(provider)
        await self.purchase(listing)
        await self.crowd(listing)
        outage = await self.outage(listing)
        case = await self.proposal(listing, outage)
        violation = await self.penalty(listing, case)
        await self.frozen(listing)
        await self.appeal(listing, violation)
        await self.as_before(listing)
        await self.timeline()

    async def close(self) -> None:
        """The provider's server closes for good, and monitoring sees it.

        Otherwise it would find, at its next start, many servers of ended stories gone at once, and suspect itself.
        """
        self.endpoint.kill()
        if self.listing is not None:
            with self.narrator.quietly(), suppress(NotArrivedError, httpx2.HTTPError):
                await acts.wait_for_state(self.market, self.listing, "down", seconds=8)

    async def admission(self) -> Provider:
        with self.narrator.step("a provider is admitted (3.1, 3.2)"):
            provider, applied = await acts.apply(self.market, self.enterprise)
            owed = [item["field"] for item in applied["missing"]]
            self.narrator.tell(f"{self.enterprise.legal_name} applied; missing: {', '.join(owed[:6])}, …")
            submitted = await acts.submit_application(provider)
            due = submitted["application"]["due_at"]
            self.narrator.tell(f"papers handed in, agreements signed; to be decided by {due[:10]}")
            admitted = await acts.admit(provider, self.officer, submitted)
            check(admitted, admitted["standing"] == "admitted")
            self.narrator.tell(f"admitted, may sell in {', '.join(admitted['categories'])}")
        return provider

    async def publication(self, provider: Provider) -> Listing:
        content = await acts.an_application(provider, self.endpoint.url)
        with self.narrator.step("an application is screened (4.1, 6.1)"):
            draft = await acts.create_listing(provider, content | {"summary": "全网第一的进销存，加微信详谈。"})
            path = f"/v1/listings/{draft['listing_id']}"
            refused = await provider.account.post("catalog", f"{path}/submission")
            check(refused, refused.status == 409 and bool(refused["findings"]))
            found = "; ".join(f"{f['clause']} “{f['matched']}” in {f['field']}" for f in refused["findings"])
            self.narrator.tell(f"refused, findings: {found}")
            (await provider.account.put("catalog", f"{path}/draft", content, version=draft.version)).expect(200)
            submitted = await acts.submit(provider, draft["listing_id"])
            self.narrator.tell(f"refused by {refused['findings'][0]['clause']}; corrected and submitted")
        listing = self.listing = Listing(draft["listing_id"], provider, content["name"], content["plans"][0])
        with self.narrator.step("a reviewer approves it (4.1)"):
            await acts.approve(self.market, listing.listing_id, submitted)
            began = perf_counter()
            await self.search(listing, shown=True)
            self.narrator.tell(f"found by search {after(began)} after the approval")
        return listing

    async def search(self, listing: Listing, *, shown: bool) -> None:
        async def ask() -> Answer:
            return await self.market.public.get("catalog", "/v1/market", q=listing.name)

        await until(
            f"the listing is {'shown' if shown else 'hidden'}",
            ask,
            lambda answer: (listing.listing_id in [item["listing_id"] for item in answer["items"]]) is shown,
        )

    async def purchase(self, listing: Listing) -> None:
        with self.narrator.step("a merchant orders, pays and uses it"):
            placed = await until(
                "orders knows the listing",
                lambda: acts.order(self.merchant, listing),
                lambda answer: answer.code not in ("unknown-listing", "order-blocked"),
            )
            await acts.pay(self.market, self.merchant, placed.expect(201)["order_id"])
            began = perf_counter()
            await acts.wait_until_usable(self.merchant, listing)
            self.narrator.tell(f"¥{listing.plan['price_fen'] / 100:.2f} paid; usable {after(began)} later")

    async def crowd(self, listing: Listing) -> None:
        with self.narrator.step(f"{MERCHANTS - 1} more merchants order and pay"):
            began = perf_counter()
            with self.narrator.quietly():
                await acts.subscribe_crowd(self.market, self.merchants[1:], listing)
                await acts.wait_for_merchants(self.market, listing, MERCHANTS)
            spent = perf_counter() - began
            self.narrator.tell(f"{MERCHANTS} subscribed; {4 * (MERCHANTS - 1) / spent:.0f} requests/s")

    async def outage(self, listing: Listing) -> dict[str, Any]:
        with self.narrator.step("the provider's server goes down (6.3)"):
            await acts.wait_for_state(self.market, listing, "up")
            self.narrator.tell(f"monitoring sees {self.endpoint.url} up")
            self.endpoint.kill()
            say(f"    ☠ kill -9 of the provider's server {self.endpoint.url}")
            began = perf_counter()
            outage = await acts.wait_for_outage(self.market, listing, merchants=MERCHANTS)
            self.narrator.tell(
                f"two vantages agree {after(began)} after the kill; {outage['merchants_affected']} merchants affected"
            )
        return outage

    async def proposal(self, listing: Listing, outage: dict[str, Any]) -> Answer:
        with self.narrator.step("the rulebook proposes a case"):
            began = perf_counter()
            case = await acts.wait_for_case(self.officer, listing)
            check(case, case["clause"] == "6.3.2(4)" and case["origin_id"] == outage["outage_id"])
            self.narrator.tell(f"{case['clause']} {case['act']}, {after(began)} after the outage was known")
        return case

    async def penalty(self, listing: Listing, case: Answer) -> Answer:
        with self.narrator.step("an officer confirms the defect (6.5.4)"):
            violation = await acts.confirm(self.officer, case)
            began = perf_counter()
            refused = await self.order_until(listing, "refused", lambda answer: answer.status != 201)
            check(refused, refused.code == "order-blocked" and refused["clause"] == "6.3.2(4)")
            soon = after(began)
            penalty = violation["penalties"][0]
            self.narrator.tell(f"{penalty['measure']} until {penalty['until'][:10]}; causes: {_why(refused)}")
            self.narrator.tell(f"order refused {soon} after the penalty, citing {refused['clause']}")
        return violation

    async def order_until(self, listing: Listing, what: str, holds: Callable[[Answer], bool]) -> Answer:
        """New merchants order, one after the other, until an order is `what`."""

        async def ask() -> Answer:
            return await acts.order(next(self.strangers), listing)

        return await until(f"a new order is {what}", ask, holds, pause=0.002)

    async def frozen(self, listing: Listing) -> None:
        with self.narrator.step("the listing is frozen (6.5.4)"):
            await self.search(listing, shown=False)
            self.narrator.tell("the storefront no longer lists it")
            usable = await acts.entitlement(self.merchant, listing)
            check(usable, usable["usable"])
            self.narrator.tell(f"the merchant still uses it, until {usable['until'][:10]}")
            refused = await acts.renew(self.merchant, listing)
            check(refused, (refused.status, refused.code) == (409, "renewal-blocked"))
            self.narrator.tell(f"hidden, usable, renewal refused by {refused['clause']}")

    async def appeal(self, listing: Listing, violation: Answer) -> None:
        with self.narrator.step("an appeal, overturned by another officer"):
            filed = await acts.appeal(listing.provider, violation["violation_id"])
            own = await acts.overturn(self.officer, filed)
            check(own, own.status == 403)
            self.narrator.tell(f"the officer who confirmed may not decide: {own.code}")
            (await acts.overturn(self.second_officer, filed)).expect(200)
            began = perf_counter()
            await self.order_until(listing, "taken", lambda answer: answer.status == 201)
            self.narrator.tell(f"overturned; order taken again {after(began)} later")

    async def as_before(self, listing: Listing) -> None:
        with self.narrator.step("everything is as before"):
            self.endpoint.start()
            await self.search(listing, shown=True)
            renewed = (await acts.renew(self.merchant, listing)).expect(201)
            await acts.pay(self.market, self.merchant, renewed["order_id"])
            explained = await self.market.public.get("catalog", f"/v1/listings/{listing.listing_id}/explanation")
            blocked = [effect for effect, said in explained["effects"].items() if said["blocked"]]
            check(explained, not blocked)
            await acts.wait_for_state(self.market, listing, "up")
            self.narrator.tell("listed, renewed, up; nothing blocked")

    async def timeline(self) -> None:
        with self.narrator.step("the story by one correlation id"):
            with self.narrator.quietly():
                told = [entry | {"service": name} for name in SERVICES for entry in await self._told(name)]
            facts = sorted((entry for entry in told if entry["kind"] == "fact"), key=lambda e: (e["at"], e["id"]))
            counts = Counter(fact["name"] for fact in facts)
            first: dict[str, dict[str, Any]] = {}
            for fact in facts:
                first.setdefault(fact["name"], fact)
            for fact in first.values():
                times = f" × {counts[fact['name']]}" if counts[fact["name"]] > 1 else ""
                say(f"    {fact['at'][11:23]} {fact['service']:<12} {fact['name']}{times}")
            acts_recorded = len(told) - len(facts)
            self.narrator.tell(f"{len(facts)} facts of {len(counts)} kinds and {acts_recorded} audit records")

    async def _told(self, service: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = []
        path = f"/v1/timeline/{self.market.correlation_id}"
        cursor: dict[str, str] = {}
        while True:
            page = (await self.auditor.get(service, path, limit=100, **cursor)).expect(200)
            entries += page["items"]
            if page["next"] is None:
                return entries
            cursor = {"cursor": page["next"]}


def _why(refused: Answer) -> str:
    cause = refused["causes"][0]
    return f"{cause['clause']} by {cause['measure_clause']}, decision …{str(cause['decision_id'])[-8:]}"

"""Clients under faults: they repeat a command with the same key until an answer comes, and log what they learned."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2

from deploy.devstack.story import acts
from deploy.devstack.story.application import drawn_logo, written_application
from deploy.devstack.story.enterprise import an_enterprise
from deploy.devstack.story.market import Answer, Market, NotArrivedError, Person, UnexpectedAnswerError
from tests.chaos.history import History
from tests.chaos.verdict import Outcome

PATIENCE_SECONDS = 40.0
SHOPPERS = 4
AWAY = (httpx2.HTTPError, NotArrivedError)


class NoAnswerError(Exception):
    """Nobody answered for as long as a client waits; what was asked may have happened."""


class RefusedError(Exception):
    """An answer came, and it is no."""


async def insist(ask: Callable[[], Awaitable[Answer]], *accepted: int) -> Answer:
    """Repeats one request until the market answers it; a 5xx is no answer."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            answer = await ask()
        except httpx2.HTTPError:
            answer = None
        if answer is not None and answer.status in accepted:
            return answer
        if answer is not None and answer.status < 500:
            raise RefusedError(f"{answer.path} {answer.status} {answer.body}")
        await asyncio.sleep(random.uniform(0.1, 0.6))
    raise NoAnswerError


@dataclass
class Load:
    market: Market
    history: History
    provider: acts.Provider
    shop: acts.Listing
    running: bool = True
    sold: list[str] = field(default_factory=list)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(SHOPPERS):
                group.create_task(self._repeat(self._shop, 0.05))
            group.create_task(self._repeat(self._publish_and_punish, 0.3))

    async def _repeat(self, step: Callable[[], Awaitable[None]], pause: float) -> None:
        while self.running:
            await step()
            await asyncio.sleep(pause)

    async def _command(self, kind: str, command_id: str, work: Callable[[], Awaitable[object]]) -> bool:
        self.history.invoke(kind, command_id)
        try:
            await work()
        except RefusedError as refused:
            self.history.learn(kind, command_id, Outcome.FAIL, str(refused))
            return False
        except (NoAnswerError, *AWAY, UnexpectedAnswerError) as nothing:
            self.history.learn(kind, command_id, Outcome.UNKNOWN, repr(nothing))
            return False
        self.history.learn(kind, command_id, Outcome.OK)
        return True

    async def _shop(self) -> None:
        merchant = self.market.as_("merchant", f"m-{uuid4().hex}")
        order_id = ""

        async def order() -> None:
            nonlocal order_id
            key = uuid4().hex
            placed = await insist(lambda: merchant.post("orders", "/v1/orders", self.shop.wish, key=key), 201)
            order_id = placed["order_id"]

        if await self._command("order", merchant.subject, order) and random.random() < 0.6:
            await self._command("pay", merchant.subject, lambda: self._pay(merchant, order_id))
        if random.random() < 0.2:
            await self._command("order", f"{merchant.subject}-poor", lambda: self._underpay(merchant.subject))

    async def _underpay(self, subject: str) -> None:
        """A command that must be refused: the price seen is not the listing's."""
        merchant = self.market.as_("merchant", f"{subject}-poor")
        key = uuid4().hex
        wish = self.shop.wish | {"price_fen": 1}
        await insist(lambda: merchant.post("orders", "/v1/orders", wish, key=key), 201)

    async def _pay(self, merchant: Person, order_id: str) -> None:
        key = uuid4().hex
        path = f"/v1/orders/{order_id}/payment"
        begun = await insist(lambda: merchant.post("orders", path, key=key), 201)
        await insist(lambda: self.market.public.post("payment", f"/payments/{begun['payment_id']}/pay"), 200)

    async def _publish_and_punish(self) -> None:
        name = f"晴川进销存{uuid4().hex[:12].upper()}"
        listing_id = ""

        async def publish() -> None:
            nonlocal listing_id
            listing_id = await self._publish(name)

        if await self._command("listing", name, publish):
            await self._command("penalty", listing_id, lambda: self._punish(listing_id))

    async def _publish(self, name: str) -> str:
        account, key = self.provider.account, uuid4().hex
        # In words of its own: the same text for sale twice is refused.
        content = written_application(an_enterprise(), "http://127.0.0.1:9/health")
        logo = drawn_logo(name)
        uploaded = await insist(lambda: account.upload("catalog", "/v1/images", logo, "image/png"), 201)
        content |= {"name": name, "kind": "service", "logo": uploaded["sha256"]}
        created = await insist(lambda: account.post("catalog", "/v1/listings", content, key=key), 201)
        path = f"/v1/listings/{created['listing_id']}"
        await insist(lambda: account.post("catalog", f"{path}/submission"), 200, 409)
        reviewer, second = (self.market.as_("reviewer", name) for name in ("reviewer-1", "reviewer-2"))
        decision = {"decision": "approve", "reason": "内容完整", "clauses": []}

        async def approve() -> Answer:
            shown = await account.get("catalog", path)
            if shown.status != 200 or shown["state"] == "live":
                return shown
            answer = await reviewer.post("catalog", f"{path}/review", decision, version=shown.version)
            # What is of high risk waits for another person, also when the first approval's answer was lost.
            if answer.code == "second-reviewer" or (answer.status == 200 and answer["state"] != "live"):
                version = answer.version if answer.status == 200 else shown.version
                return await second.post("catalog", f"{path}/review", decision, version=version)
            return answer

        await insist(approve, 200)
        return str(created["listing_id"])

    async def _punish(self, listing_id: str) -> None:
        reviewer, officer, key = (
            self.market.as_("reviewer", "reviewer-1"),
            self.market.as_("officer", "officer-1"),
            uuid4().hex,
        )
        said = {
            "act": "long-interruption", "listing_id": listing_id, "happened_at": acts.just_now(),
            "text": "服务长时间不可用", "evidence": listing_id,
        }  # fmt: skip

        async def report() -> Answer:
            answer = await reviewer.post("enforcement", "/v1/reports", said, key=key)
            # The listing may not have arrived yet: that is no refusal.
            return _later(answer) if answer.status == 404 else answer

        reported = await insist(report, 201)

        async def confirm() -> Answer:
            case = await officer.get("enforcement", f"/v1/cases/{reported['case_id']}")
            if case.status != 200 or case["status"] == "confirmed":
                return case
            grounds = {"cause": None, "evidence": listing_id, "reason": "属实"}
            path = f"/v1/cases/{reported['case_id']}/confirmation"
            answer = await officer.post("enforcement", path, grounds, version=case.version)
            return _later(answer) if answer.status == 412 else answer

        await insist(confirm, 200, 201)


def _later(answer: Answer) -> Answer:
    raise httpx2.HTTPError(f"not yet: {answer.status}")

"""A made-up service that tells notices, and a receiver of webhooks with real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import web
from fastapi import APIRouter
from standardwebhooks import Webhook

from shared.db.engine import new_metadata
from shared.db.tables import add_plumbing
from shared.http.auth import Role
from shared.notices import Notice, Text, add_notices, tests
from shared.notices.courier import Courier
from shared.notices.routes import notice_router
from shared.notices.settings import NoticeSettings
from shared.personal.tables import add_personal_data
from shared.service import Service

metadata = new_metadata()
add_notices(metadata)
add_personal_data(metadata)
declared = new_metadata()
add_plumbing(declared)
router = APIRouter(prefix="/v1")
router.include_router(notice_router(Role.PROVIDER, Role.OFFICER))
service = Service("registry", "Desk", tests, NoticeSettings, declared, router)

LOOPBACK = ["127.0.0.0/8"]
MOMENT = timedelta(seconds=1)


def a_notice(key: str = "one", *, recipient: str = "anna", link: str = "/v1/agreements") -> Notice:
    return Notice(
        recipient,
        "agreement.due",
        key,
        Text(f"请签署 {key}", "新版协议将于七日后生效。"),
        Text(f"Please sign {key}", "The new version is in force in seven days."),
        link,
    )


async def step(courier: Courier) -> int:
    """Delivers what is due once, one after the other."""
    errands = await courier.collect(32)
    for errand in errands:
        await courier.deliver(errand)
    return len(errands)


@dataclass
class Receiver:
    """Answers each webhook with the next of `answers`, then with 204; keeps what came with a valid signature."""

    url: str = ""
    secret: str = ""
    answers: list[int] = field(default_factory=list)
    heard: list[dict[str, object]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    redirected: int = 0
    rung: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_heard(self, number: int) -> None:
        async with asyncio.timeout(20):
            while len(self.heard) < number:
                self.rung.clear()
                await self.rung.wait()

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.ids.append(request.headers["webhook-id"])
        if self.secret:
            self.heard.append(Webhook(self.secret).verify(body, dict(request.headers)))
        self.rung.set()
        status = self.answers.pop(0) if self.answers else 204
        return web.Response(status=status, headers={"location": "/elsewhere"} if status == 302 else {})

    async def elsewhere(self, request: web.Request) -> web.Response:
        self.redirected += 1
        return web.Response(status=204)


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.hear)
    app.router.add_route("*", "/elsewhere", receiver.elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()

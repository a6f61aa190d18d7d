"""A desk with a database, a receiver, and a courier between them."""

from contextlib import AsyncExitStack

import pytest

from shared.db.transaction import Database
from shared.notices.courier import Courier
from shared.notices.settings import NoticeSettings
from shared.notices.tests.desk import LOOPBACK, a_receiver, metadata, service
from shared.notices.webhook import WebhookSender


@pytest.fixture
async def db(plain_db) -> Database:
    made: Database = await plain_db("registry", metadata)
    return made


@pytest.fixture
async def receiver():
    async with a_receiver() as started:
        yield started


@pytest.fixture
async def inbox(client_for, db, token):
    """`await inbox("anna", notice_…=…)`: the API as that recipient sees it."""

    async def make(subject: str = "anna", **settings):
        settings = {"notice_allow_networks": LOOPBACK} | settings
        return await client_for(service, db, token("provider", subject), **settings)

    return make


@pytest.fixture
async def listening(inbox, receiver):
    """Anna's webhook is on and leads to the receiver."""
    client = await inbox()
    answer = await client.put(
        "/v1/notices/channels", json={"webhook_url": receiver.url, "e_mail": False}, headers={"if-match": '"v0"'}
    )
    made = await client.post("/v1/notices/channels/webhook-secret", headers={"if-match": answer.headers["etag"]})
    receiver.secret = made.json()["webhook_secret"]
    return receiver


@pytest.fixture
async def courier_for(db, vault):
    """`courier_for(mailer=…, notice_…=…)`: a courier that is not running; tests move it step by step."""
    async with AsyncExitStack() as stack:

        def make(*, mailer=None, addresses=None, lookup=None, **settings) -> Courier:
            values = {"database_url": db.url, "notice_allow_networks": LOOPBACK} | settings
            known = NoticeSettings(**values)
            webhooks = WebhookSender(known, lookup) if lookup else WebhookSender(known)
            stack.push_async_callback(webhooks.close)
            return Courier(db, known, webhooks, mailer, vault, **({"addresses": addresses} if addresses else {}))

        yield make

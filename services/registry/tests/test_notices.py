"""Whom the registry tells something: their inbox, and the address that e-mail goes to."""

import asyncio

from services.registry.app import service
from services.registry.domain.person import PersonRole
from services.registry.tests.builders import a_statement, an_admitted_provider_in, an_applicant, the_vault
from services.registry.use_cases.contacts import support_address
from shared.notices.tests.desk import LOOPBACK, a_receiver
from shared.service import Running
from shared.testing.secrets import secret_settings

CONTACT = {"name": "李示例", "email": "service@example.com", "phone": "0571-00000001"}


async def test_a_provider_finds_the_decision_about_its_application_in_its_inbox(db, as_):
    await an_admitted_provider_in(db, "account-1")
    client = await as_("provider", "account-1")
    items = (await client.get("/v1/notices", headers={"accept-language": "en"})).json()["items"]
    assert "The application is admitted" in {item["title"] for item in items}
    assert (await (await as_("provider", "account-2")).get("/v1/notices")).json()["items"] == []


async def test_e_mail_goes_to_the_support_contact(db):
    await an_applicant(db, "account-1", a_statement(**{PersonRole.SUPPORT_CONTACT: CONTACT}))
    async with db.transaction() as tx:
        assert await support_address(tx, the_vault(), "account-1") == "service@example.com"


async def test_who_is_no_provider_or_states_no_address_gets_no_e_mail(db):
    await an_applicant(db, "account-1", a_statement(**{PersonRole.SUPPORT_CONTACT: {"name": "李示例"}}))
    async with db.transaction() as tx:
        assert await support_address(tx, the_vault(), "account-1") is None
        assert await support_address(tx, the_vault(), "a merchant") is None


async def test_seeding_makes_business_days_known(db):
    assert service.seed is not None
    async with db.transaction() as tx:
        await service.seed(tx)
        assert await tx.driver.fetchval("SELECT count(*) FROM calendar_year") > 20


async def test_a_workers_task_sends_what_was_told_to_a_providers_webhook(db, client_for, token):
    settings = {"notice_allow_networks": LOOPBACK, "notice_poll_seconds": 0.05}
    client = await client_for("registry", db, token("provider", "account-1"), **settings)
    async with a_receiver() as receiver:
        chosen = {"webhook_url": receiver.url, "e_mail": False}
        await client.put("/v1/notices/channels", json=chosen, headers={"if-match": '"v0"'})
        made = await client.post("/v1/notices/channels/webhook-secret", headers={"if-match": '"v1"'})
        receiver.secret = made.json()["webhook_secret"]
        await an_admitted_provider_in(db, "account-1")
        deliver = service.tasks[0]
        known = service.settings.model_validate({"database_url": db.url, **settings, **secret_settings()})
        running = asyncio.ensure_future(deliver(Running(db, known)))
        await receiver.until_heard(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert receiver.heard[0]["type"] == "application.admitted"

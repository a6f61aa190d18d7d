"""How the catalog's HTTP tests ask: bodies, callers and the whole way to the market."""

from services.catalog.tests.builders import CLEAN


def a_body(**values):
    return {
        "kind": "application",
        "category": CLEAN.category,
        "name": CLEAN.name,
        "summary": CLEAN.summary,
        "details": CLEAN.details,
        "callback_url": CLEAN.callback_url,
        "support_url": CLEAN.support_url,
        "plans": [{"plan_id": "monthly", "title": "月付版", "period_days": 30, "price_fen": 9900}],
        "logo": CLEAN.logo,
        "help_url": CLEAN.help_url,
        "functions": list(CLEAN.functions),
        "scopes": list(CLEAN.scopes),
        **values,
    }


def a_plan(**values):
    return {"plan_id": "p", "title": "专业版", "period_days": 30, "price_fen": 1, **values}


async def create(client, key="key-1", **values):
    return await client.post("/v1/listings", json=a_body(**values), headers={"Idempotency-Key": key})


async def publish(as_, **values):
    """The path of a listing that went the whole way."""
    provider, reviewer = await as_("provider", "shop"), await as_("reviewer")
    path = (await create(provider, **values)).headers["location"]
    submitted = await provider.post(f"{path}/submission")
    decision = {"decision": "approve", "reason": "complete"}
    approved = await reviewer.post(f"{path}/review", json=decision, headers={"If-Match": submitted.headers["etag"]})
    assert approved.status_code == 200, approved.text
    return path


def problem(answer):
    return answer.status_code, answer.json()["code"]

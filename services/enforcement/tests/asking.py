"""Asking the API in tests: who asks, under which key and version, and what a refusal looks like."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2

from services.enforcement.tests.builders import a_listing, a_provider
from shared.ids import new_id

As = Callable[[str, str], Awaitable[httpx2.AsyncClient]]
PROVIDER = a_provider(account_id="acme")
LISTING = a_listing(provider_id=PROVIDER.provider_id)
CONFIRMATION = {"cause": "defect", "evidence": "stack trace", "reason": "reproduced"}
REASON = {"reason": "because"}


def if_match(version: int) -> dict[str, str]:
    return {"If-Match": f'"v{version}"'}


def once(key: str | None = None) -> dict[str, str]:
    return {"Idempotency-Key": key or str(new_id())}


def assert_problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    return problem


async def confirm(officer: httpx2.AsyncClient, case_id: UUID) -> dict[str, Any]:
    answer = await officer.post(f"/v1/cases/{case_id}/confirmation", json=CONFIRMATION, headers=if_match(1))
    assert answer.status_code == 201, answer.text
    violation: dict[str, Any] = answer.json()
    return violation


async def appeal(provider: httpx2.AsyncClient, violation_id: str) -> str:
    path = f"/v1/violations/{violation_id}/appeals"
    answer = await provider.post(path, json={"text": "It was not us"}, headers=once())
    assert answer.status_code == 201, answer.text
    return str(answer.json()["appeal_id"])


async def explained(public: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await public.get(f"/v1/explanations/listing/{LISTING.listing_id}")
    assert answer.status_code == 200
    effects: dict[str, Any] = answer.json()["effects"]
    return effects

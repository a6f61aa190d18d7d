"""What people do at the registry's HTTP interface in its tests."""

from services.registry.domain.person import PersonRole
from services.registry.tests.builders import NEEDED, a_code, a_png, a_statement


def a_form(**values):
    """All that an application states, as its body."""
    statement = a_statement()
    return {
        "legal_name": statement.legal_name,
        "unified_social_credit_code": a_code(),
        "registered_address": statement.registered_address,
        "website": statement.website,
        **{str(role): dict(statement.of(role)) for role in PersonRole},
        **values,
    }


async def apply(client, key="key-1", **values):
    return await client.post("/v1/providers", json=a_form(**values), headers={"Idempotency-Key": key})


REASON = {"reason": "checked against the public register"}


async def act(client, path, tag, body=None):
    return await client.post(path, json=body, headers={"If-Match": tag})


async def upload(client, path, kind, picture=0, **query):
    return await client.post(
        f"{path}/documents",
        content=a_png(picture),
        params={"kind": kind, **query},
        headers={"Idempotency-Key": f"{kind}-{picture}", "content-type": "image/png"},
    )


async def submitted(provider):
    """The path and the ETag of an application with all that it needs, in the queue."""
    path = (await apply(provider)).headers["location"]
    for number, kind in enumerate(NEEDED):
        answer = await upload(provider, path, kind, number)
        assert answer.status_code == 201, answer.text
    for agreement in (await provider.get("/v1/agreements")).json()["items"]:
        named = {"agreement": agreement["agreement"], "version": agreement["version"]}
        signed = await provider.post(f"{path}/signatures", json=named)
        assert signed.status_code == 201, signed.text
    answer = await act(provider, f"{path}/submission", signed.headers["etag"])
    assert answer.status_code == 200, answer.text
    return path, answer

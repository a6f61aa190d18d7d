"""How a provider comes to the market: it applies, hands in its papers, signs, submits, and is admitted."""

from dataclasses import dataclass

from deploy.devstack.story.enterprise import PAPERS, Enterprise, an_enterprise
from deploy.devstack.story.market import Answer, Market, Person

CATEGORY = "erp"


@dataclass(frozen=True, slots=True)
class Provider:
    enterprise: Enterprise
    provider_id: str
    account: Person


async def apply(market: Market, enterprise: Enterprise) -> tuple[Provider, Answer]:
    account = market.as_("provider", f"provider-{enterprise.mark.lower()}")
    applied = (await account.post("registry", "/v1/providers", enterprise.application)).expect(201)
    return Provider(enterprise, applied["provider_id"], account), applied


async def sign_agreements(provider: Provider) -> Answer:
    agreements = (await provider.account.get("registry", "/v1/agreements")).expect(200)
    signed = None
    for agreement in (item for item in agreements["items"] if item["in_force"]):
        named = {name: agreement[name] for name in ("agreement", "version")}
        path = f"/v1/providers/{provider.provider_id}/signatures"
        signed = (await provider.account.post("registry", path, named)).expect(201)
    assert signed is not None, "the registry has agreements in force"
    return signed


async def upload_papers(provider: Provider) -> Answer:
    uploaded = None
    for kind in PAPERS:
        path, paper = f"/v1/providers/{provider.provider_id}/documents", provider.enterprise.paper(kind)
        uploaded = (await provider.account.upload("registry", path, paper, "application/pdf", kind=kind)).expect(201)
    assert uploaded is not None, "an application needs documents"
    return uploaded


async def submit_application(provider: Provider) -> Answer:
    """The provider hands in its papers, signs, and submits."""
    await upload_papers(provider)
    signed = await sign_agreements(provider)
    path = f"/v1/providers/{provider.provider_id}/submission"
    return (await provider.account.post("registry", path, version=signed.version)).expect(200)


async def admit(provider: Provider, officer: Person, submitted: Answer) -> Answer:
    """The officer claims the application, verifies it, opens the category and admits."""
    path = f"/v1/providers/{provider.provider_id}"
    claim = f"/v1/applications/{provider.provider_id}/claim"
    claimed = (await officer.post("registry", claim, version=submitted.version)).expect(200)
    told = {"reason": "营业执照与公示信息一致"}
    verified = await officer.post("registry", f"{path}/verification", told, version=claimed.version)
    verified.expect(200)
    qualified = await officer.post("registry", f"{path}/qualifications", {"category": CATEGORY})
    qualified.expect(201)
    told = {"reason": "资料完整，协议已签署"}
    return (await officer.post("registry", f"{path}/admission", told, version=qualified.version)).expect(200)


async def an_admitted_provider(market: Market, officer: str = "officer-1") -> Provider:
    provider, _ = await apply(market, an_enterprise())
    await admit(provider, market.as_("officer", officer), await submit_application(provider))
    return provider


async def file_profile_change(provider: Provider) -> Answer:
    """The provider gets another settlement account, and proves it."""
    path, anew = f"/v1/providers/{provider.provider_id}", an_enterprise()
    paper = anew.paper("account_permit")
    uploaded = await provider.account.upload(
        "registry", f"{path}/documents", paper, "application/pdf", kind="account_permit"
    )
    uploaded.expect(201)
    account = {**provider.enterprise.application["settlement_account"], "account_number": anew.account_number}
    change = {"settlement_account": account}
    return (await provider.account.post("registry", f"{path}/profile-changes", change)).expect(201)


async def request_qualification(provider: Provider) -> Answer:
    """The provider puts forward what the category asks for."""
    path, kind = f"/v1/providers/{provider.provider_id}", "software_copyright"
    paper = provider.enterprise.paper(kind)
    uploaded = await provider.account.upload("registry", f"{path}/documents", paper, "application/pdf", kind=kind)
    proofs = [
        {"kind": kind, "document_id": uploaded.expect(201)["document_id"]},
        {"kind": "data_security", "statement": "所有数据加密存储，仅运维两人可访问，保存一年"},
    ]
    body = {"category": CATEGORY, "proofs": proofs}
    return (await provider.account.post("registry", f"{path}/qualification-requests", body)).expect(201)

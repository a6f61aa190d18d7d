"""Tokens: only the issuer's own, in time, for this market, opens a door."""

import asyncio
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from httpx2 import AsyncClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from shared.errors import Transient, Unauthenticated
from shared.http import keys as keys_module
from shared.http.keys import Keys
from shared.http.tokens import Tokens
from shared.settings import ServiceSettings
from shared.testing.issuer import Issuer, Token

ISSUER = "http://issuer.test"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_a_token_of_the_issuer_tells_who_calls(stranger: AsyncClient, token: Token):
    answer = await stranger.get("/v1/me", headers=_bearer(token("officer,auditor,unheard-of", "anna")))
    assert answer.json() == {"subject": "anna", "roles": ["auditor", "officer"]}


async def test_without_a_token_the_answer_says_how_to_send_one(stranger: AsyncClient):
    for headers in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
        answer = await stranger.get("/v1/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def _part(content: Any) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _with_subject(token: Token, subject: Any) -> str:
    """Signed with the issuer's own key; the issuer itself would not say it."""
    claims = jwt.decode(token("officer"), token.__self__._key).claims | {"sub": subject}  # type: ignore[attr-defined]
    return jwt.encode({"alg": "ES256", "kid": "test"}, claims, token.__self__._key)  # type: ignore[attr-defined]


NOW = int(time.time())
WRONG: dict[str, Callable[[Token], str]] = {
    "expired": lambda token: token("officer", exp=NOW - 60),
    "not yet valid": lambda token: token("officer", nbf=NOW + 600),
    "without an end": lambda token: token("officer", exp=None),
    "with an end that is no number": lambda token: token("officer", exp="tomorrow"),
    "of another issuer": lambda token: token("officer", iss="http://evil.test"),
    "for another audience": lambda token: token("officer", aud="elsewhere"),
    "without a subject": lambda token: _with_subject(token, None),
    "with an empty subject": lambda token: _with_subject(token, ""),
    "with an endless subject": lambda token: token("officer", "x" * 129),
    "with a NUL in the subject": lambda token: token("officer", "a\x00b"),
    "in the name of the system": lambda token: token("officer", "system"),
    "with roles that are no list": lambda token: token("officer", roles="officer"),
    "with a changed payload": lambda token: _swap(token("merchant"), 1, token("officer")),
    "with a cut signature": lambda token: token("officer")[:-8],
    "unsigned": lambda _: f"{_part({'alg': 'none'})}.{_part({'sub': 'x', 'roles': ['officer']})}.",
    "no token at all": lambda _: "nonsense",
    "three empty parts": lambda _: "..",
    "a header that is a list": lambda _: f"{_part([1])}.e30.AA",
    "a deep header": lambda _: f"{_part(json.loads('[' * 400 + ']' * 400))}.e30.AA",
    "a huge one": lambda token: token("officer", filler="x" * 9_000),
    "a refresh token": lambda token: _swap(token("officer"), 0, f"{_part({'alg': 'ES256', 'typ': 'rt+jwt'})}.a.b"),
    "bytes that are no text": lambda _: "\xff\xfe.\xff.\xff",
}


def _swap(token: str, part: int, other: str) -> str:
    parts = token.split(".")
    parts[part] = other.split(".")[part]
    return ".".join(parts)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
async def test_a_wrong_token_is_refused(stranger: AsyncClient, token: Token, wrong: Callable[[Token], str]):
    sent = f"Bearer {wrong(token)}".encode("latin-1")
    answer = await stranger.get("/v1/me", headers={b"Authorization": sent})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_token_forged_with_another_key_under_the_same_name_is_refused(stranger: AsyncClient):
    forged = Issuer().token("officer")
    assert (await stranger.get("/v1/me", headers=_bearer(forged))).status_code == 401


async def test_the_public_key_does_not_serve_as_a_shared_secret(stranger: AsyncClient, issuer: Issuer):
    public = json.loads(issuer.settings["oidc_jwks_json"])["keys"][0]
    claims = {"iss": ISSUER, "aud": "fairmarket", "sub": "x", "exp": NOW + 600, "roles": ["officer"]}
    signed = f"{_part({'alg': 'HS256', 'kid': 'test'})}.{_part(claims)}"
    for secret in (json.dumps(public).encode(), ECKey.import_key(public).as_pem(private=False)):
        seal = urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode().rstrip("=")
        assert (await stranger.get("/v1/me", headers=_bearer(f"{signed}.{seal}"))).status_code == 401


async def test_a_wrong_role_is_forbidden_and_told_what_is_needed(stranger: AsyncClient, token: Token):
    answer = await stranger.post("/v1/notes", json={"title": "x"}, headers=_bearer(token("provider")))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert answer.json()["needs"] == ["merchant"]


# --- keys: rotation, outage, discovery


class FakeIssuer:
    """Answers over a real HTTP client's transport; may be away."""

    def __init__(self) -> None:
        self.keys: list[ECKey | OKPKey] = [ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})]
        self.away = False
        self.asked = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.away:
            raise httpx2.ConnectError("away")
        if request.url.path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})
        return httpx2.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})

    def token(self, key: Any, **claims: Any) -> str:
        content = {"iss": ISSUER, "aud": "fairmarket", "sub": "x", "exp": int(time.time()) + 600} | claims
        algorithm = "ES256" if isinstance(key, ECKey) else "Ed25519"
        return jwt.encode({"alg": algorithm, "kid": key.kid}, content, key, algorithms=[algorithm])


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> FakeIssuer:
    far = FakeIssuer()
    real = httpx2.AsyncClient
    monkeypatch.setattr(httpx2, "AsyncClient", lambda **options: real(transport=httpx2.MockTransport(far), **options))
    return far


@pytest.fixture
def settings() -> ServiceSettings:
    return ServiceSettings(database_url="postgresql://", oidc_issuer=ISSUER)


async def test_keys_are_found_by_discovery_and_asked_for_once(far: FakeIssuer, settings: ServiceSettings):
    tokens = Tokens(settings)
    for _ in range(3):
        assert (await tokens.caller(far.token(far.keys[0]))).subject == "x"
    assert far.asked == 2


async def test_a_new_key_is_found_when_a_token_names_it(
    far: FakeIssuer, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keys_module, "COOLDOWN_SECONDS", 0.0)
    tokens = Tokens(settings)
    old, new = far.token(far.keys[0]), OKPKey.generate_key("Ed25519", {"kid": "k2", "use": "sig"})
    await tokens.caller(old)
    far.keys = [new]
    assert (await tokens.caller(far.token(new))).subject == "x"
    with pytest.raises(Unauthenticated):  # what was verified with the withdrawn key is not believed any more
        await tokens.caller(old)


async def test_made_up_key_names_do_not_make_us_ask_the_issuer_each_time(far: FakeIssuer, settings: ServiceSettings):
    tokens = Tokens(settings)
    await tokens.caller(far.token(far.keys[0]))
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await tokens.caller(far.token(ECKey.generate_key("P-256", {"kid": f"made-up-{number}"})))
    assert far.asked == 2


async def test_an_issuer_that_is_away_costs_nothing_while_its_keys_are_known(
    far: FakeIssuer, settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch
):
    tokens = Tokens(settings)
    await tokens.caller(far.token(far.keys[0]))
    far.away = True
    monkeypatch.setattr(keys_module, "FRESH_SECONDS", 0.0)
    await tokens.caller(far.token(far.keys[0], jti="2"))
    await asyncio.sleep(0.05)
    assert (await tokens.caller(far.token(far.keys[0], jti="3"))).subject == "x"


async def test_keys_never_seen_are_a_failure_of_ours_not_of_the_token(far: FakeIssuer, settings: ServiceSettings):
    far.away = True
    with pytest.raises(Transient):
        await Tokens(settings).caller(far.token(far.keys[0]))


def test_a_shared_secret_in_the_key_set_is_never_taken():
    secret = OctKey.generate_key(256, {"kid": "s"}).as_dict(private=True)
    with pytest.raises(ValueError, match="no usable key"):
        Keys(ServiceSettings(database_url="postgresql://", oidc_jwks_json=json.dumps({"keys": [secret]})))


@pytest.mark.parametrize("unsafe", ["none", "HS256", "hs512"])
def test_an_unsafe_algorithm_in_the_settings_is_refused_at_the_start(settings: ServiceSettings, unsafe: str):
    with pytest.raises(ValueError, match="asymmetric"):
        Tokens(settings.model_copy(update={"oidc_algorithms": ["ES256", unsafe]}))

"""The development issuer: its tokens open the doors of a service that knows only its address."""

import json
import stat
from pathlib import Path

import httpx2
import pytest

from deploy.devstack.issuer import UnknownRoleError, main, make_issuer, mint, read_keys
from shared.errors import Unauthenticated
from shared.http import keys as keys_module
from shared.http.auth import Role
from shared.http.tokens import Tokens
from shared.settings import ServiceSettings

ISSUER = "http://127.0.0.1:8090"


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tokens:
    """Verifies tokens as a service does, by discovery; only the wire is left out."""
    transport, real = httpx2.ASGITransport(app=make_issuer(tmp_path / "keys", ISSUER)), httpx2.AsyncClient
    monkeypatch.setattr(httpx2, "AsyncClient", lambda **options: real(transport=transport, **options))
    monkeypatch.setattr(keys_module, "COOLDOWN_SECONDS", 0.0)
    return Tokens(ServiceSettings(database_url="postgresql://", oidc_issuer=ISSUER))


async def test_a_minted_token_is_believed_also_after_rotations(tokens: Tokens, tmp_path: Path):
    keys = tmp_path / "keys"
    old = mint("merchant", "m-1", 60, keys, ISSUER)
    assert (await tokens.caller(old)).roles == {Role.MERCHANT}
    read_keys(keys, rotate=True)
    assert (await tokens.caller(mint("officer,auditor", "anna", 60, keys, ISSUER))).subject == "anna"
    assert (await tokens.caller(old)).subject == "m-1"
    for _ in range(3):
        read_keys(keys, rotate=True)
    await tokens.caller(mint("officer", "anna", 60, keys, ISSUER))
    with pytest.raises(Unauthenticated):  # its key is published no more
        await tokens.caller(old)


def test_keys_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path):
    assert read_keys(tmp_path / "keys")[0].kid == read_keys(tmp_path / "keys")[0].kid
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_tokens_are_given_over_http_and_bad_requests_are_told(tmp_path: Path):
    transport = httpx2.ASGITransport(app=make_issuer(tmp_path, ISSUER))
    async with httpx2.AsyncClient(transport=transport, base_url=ISSUER) as client:
        made = await client.post("/token", json={"role": "merchant", "sub": "m-1"})
        assert made.json()["token_type"] == "Bearer"
        for wrong in (b"{", b"[]", b"{}", json.dumps({"role": "king"}).encode(), b'{"role": "merchant", "ttl": "x"}'):
            assert (await client.post("/token", content=wrong)).status_code == 400
        published = (await client.get("/jwks")).json()["keys"]
        assert "d" not in published[0]


@pytest.mark.parametrize("role", ["king", "", "merchant,king"])
def test_an_unknown_role_is_told_in_one_sentence(tmp_path: Path, role: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(UnknownRoleError):
        mint(role, "x", 60, tmp_path)
    assert main(["token", "--role", role, "--keys", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "merchant" in told


def test_the_command_prints_a_token(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["token", "--role", "merchant", "--sub", "m-1", "--keys", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count(".") == 2

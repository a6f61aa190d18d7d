"""A development issuer of tokens: a small OIDC server with its own keys, and `mint` for `make token`.

Never for production: it gives a token for any role to whoever asks. The services know nothing of it but the OIDC
documents that any issuer has.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from uuid import uuid4

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.devstack.layout import Layout
from shared.http.auth import Role

AUDIENCE = "fairmarket"
KEPT_KEYS = 3
"""After a rotation the keys before it stay published, so that tokens given out earlier keep working."""


class UnknownRoleError(ValueError):
    """The message is for people."""


def read_keys(folder: Path, *, rotate: bool = False) -> list[ECKey]:
    """The keys, newest first. The first call makes one; a key file is readable by its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = sorted(folder.glob("*.json"), reverse=True)
    if rotate or not files:
        key = ECKey.generate_key("P-256", {"kid": uuid4().hex[:12], "use": "sig", "alg": "ES256"})
        path = folder / f"{time.time_ns():020}.json"
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(key.as_dict(private=True)))
        draft.rename(path)
        files.insert(0, path)
    for old in files[KEPT_KEYS:]:
        old.unlink(missing_ok=True)
    return [ECKey.import_key(json.loads(path.read_text())) for path in files[:KEPT_KEYS]]


def mint(role: str, sub: str, ttl: int, keys_dir: Path, issuer: str = "") -> str:
    """A bearer token for one role, or several joined by commas, good for `ttl` seconds."""
    roles = [name.strip() for name in role.split(",") if name.strip()]
    unknown = [name for name in roles if name not in list(Role)]
    if unknown or not roles:
        named = f"There is no role {unknown[0]!r}" if unknown else "A token needs a role"
        raise UnknownRoleError(f"{named}; the roles are {', '.join(Role)}.")
    now, key = int(time.time()), read_keys(keys_dir)[0]
    claims = {
        "iss": issuer or Layout.from_environment().url("issuer"),
        "aud": AUDIENCE,
        "sub": sub or f"{roles[0]}-1",
        "iat": now,
        "exp": now + ttl,
        "jti": uuid4().hex,
        "roles": roles,
    }
    return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}, claims, key)


def make_issuer(keys_dir: Path, issuer: str) -> Starlette:
    async def discovery(_request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": issuer,
                "jwks_uri": f"{issuer}/jwks",
                "token_endpoint": f"{issuer}/token",
                "response_types_supported": ["token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
            }
        )

    async def jwks(_request: Request) -> Response:
        # Read at each call: a rotation by another process is seen at once.
        return JSONResponse({"keys": [key.as_dict(private=False) for key in read_keys(keys_dir)]})

    async def token(request: Request) -> Response:
        try:
            asked = await request.json()
            ttl = min(max(int(asked.get("ttl", 3600)), 1), 86_400)
            made = mint(str(asked["role"]), str(asked.get("sub", "")), ttl, keys_dir, issuer)
        except UnknownRoleError as unknown:
            return JSONResponse({"error": "invalid_scope", "error_description": str(unknown)}, 400)
        except (ValueError, KeyError, TypeError, AttributeError):
            told = 'Send JSON: {"role": "merchant", "sub": "m-1", "ttl": 3600}.'
            return JSONResponse({"error": "invalid_request", "error_description": told}, 400)
        return JSONResponse({"access_token": made, "token_type": "Bearer", "expires_in": ttl})

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ready", "missing": []})

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", discovery),
            Route("/jwks", jwks),
            Route("/token", token, methods=["POST"]),
            Route("/health/live", health),
            Route("/health/ready", health),
        ]
    )


def _arguments(given: list[str] | None) -> argparse.Namespace:
    layout = Layout.from_environment()
    parser = argparse.ArgumentParser(prog="deploy.devstack.issuer", description="A development issuer of tokens.")
    parser.add_argument("command", nargs="?", choices=["serve", "token"], default="serve")
    parser.add_argument("--keys", type=Path, default=layout.run / "issuer", help="folder of the signing keys")
    parser.add_argument("--port", type=int, default=layout.port("issuer"))
    parser.add_argument("--issuer", default="", help="the `iss` of tokens (default: this server's address)")
    parser.add_argument("--rotate", action="store_true", help="sign with a new key from now on")
    parser.add_argument("--role", default="", help="token: one role, or several joined by commas")
    parser.add_argument("--sub", default="", help="token: whose token it is")
    parser.add_argument("--ttl", type=int, default=3600, help="token: seconds until it expires")
    return parser.parse_args(given)


def main(given: list[str] | None = None) -> int:
    asked = _arguments(given)
    issuer = asked.issuer or f"http://127.0.0.1:{asked.port}"
    if asked.rotate:
        read_keys(asked.keys, rotate=True)
    if asked.command == "token":
        try:
            print(mint(asked.role, asked.sub, asked.ttl, asked.keys, issuer))
        except UnknownRoleError as unknown:
            print(unknown, file=sys.stderr)
            return 2
        return 0
    read_keys(asked.keys)
    uvicorn.run(make_issuer(asked.keys, issuer), host="127.0.0.1", port=asked.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())

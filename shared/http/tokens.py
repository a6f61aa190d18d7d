"""Bearer tokens: JWTs of one OIDC issuer, verified once and then remembered until they expire."""

import hashlib
import json
import time
import warnings
from base64 import urlsafe_b64decode
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwt import JWTClaimsRegistry

from shared.errors import Unauthenticated
from shared.http.auth import ANONYMOUS, Caller, Role
from shared.http.keys import Keys
from shared.settings import ServiceSettings

LEEWAY_SECONDS = 10
LONGEST_TOKEN = 8_192
REMEMBERED = 10_000
_TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}
_RESERVED = {"system", ANONYMOUS}  # the audit trail uses these for what nobody's token did


class Tokens:
    """Tells whose token it is. Remembers verified tokens by digest, so the hot path checks no signature."""

    def __init__(self, settings: ServiceSettings, keys: Keys | None = None) -> None:
        unsafe = [name for name in settings.oidc_algorithms if name.lower() == "none" or name.upper().startswith("HS")]
        if unsafe or not settings.oidc_algorithms:
            raise ValueError(f"OIDC_ALGORITHMS must name asymmetric signatures only, not {unsafe}")
        self._keys = keys or Keys(settings)
        self._algorithms = settings.oidc_algorithms
        self._claims = JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._verified: dict[bytes, tuple[float, Caller]] = {}
        self._version = self._keys.version

    async def caller(self, token: str) -> Caller:
        self._keys.keep_fresh()
        if self._version != self._keys.version:
            self._verified.clear()
            self._version = self._keys.version
        digest = hashlib.sha256(token.encode("latin-1", "replace")).digest()
        if known := self._verified.get(digest):
            if known[0] > time.time():
                return known[1]
            del self._verified[digest]
        until, caller = await self._verify(token)
        if len(self._verified) >= REMEMBERED:
            del self._verified[next(iter(self._verified))]
        self._verified[digest] = (until, caller)
        return caller

    async def _verify(self, token: str) -> tuple[float, Caller]:
        header = _header(token)
        algorithm, kid = header.get("alg"), header.get("kid", "")
        if algorithm not in self._algorithms:
            raise Unauthenticated("The token is signed with an algorithm that is not accepted here.")
        if not isinstance(kid, str) or str(header.get("typ", "")).lower() not in _TYPES:
            raise Unauthenticated("The token is not an access token.")
        key = await self._keys.find(kid)
        if key is None:
            raise Unauthenticated("The token is signed with a key that its issuer does not publish.")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # "EdDSA" is deprecated as a name only; issuers still send it
                claims = jwt.decode(token, key, algorithms=self._algorithms).claims
            self._claims.validate(claims)
        except ExpiredTokenError:
            raise Unauthenticated("The token has expired.") from None
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            named = getattr(error, "claim", "")
            what = f"its claim {named!r} is missing or wrong" if named else "its signature does not fit"
            raise Unauthenticated(f"The token is not valid: {what}.") from None
        return float(claims["exp"]) + LEEWAY_SECONDS, _caller(claims)


def _header(token: str) -> dict[str, Any]:
    try:
        if len(token) > LONGEST_TOKEN or token.count(".") != 2:
            raise ValueError("not a compact JWS")
        part = token.partition(".")[0]
        header = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        if not isinstance(header, dict):
            raise TypeError("the header is no object")
    except (ValueError, TypeError, RecursionError):
        raise Unauthenticated("The token is not a JWT.") from None
    return header


def _caller(claims: dict[str, Any]) -> Caller:
    subject, roles = claims["sub"], claims.get("roles", [])
    if not 1 <= len(subject) <= 128 or not subject.isprintable() or subject in _RESERVED:
        raise Unauthenticated("The token's subject cannot be used here: 1 to 128 printable characters.")
    if not isinstance(roles, list):
        raise Unauthenticated("The token's claim 'roles' must be a list.")
    return Caller(subject, frozenset(role for role in Role if role.value in roles))

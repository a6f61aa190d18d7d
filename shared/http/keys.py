"""The issuer's public keys, kept in memory: refreshed when old, asked for anew when a token names an unknown one."""

import asyncio
import json
import time
from typing import Any

import httpx2
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from shared.errors import Transient
from shared.settings import ServiceSettings

FRESH_SECONDS = 300.0
COOLDOWN_SECONDS = 10.0
FIRST_COOLDOWN_SECONDS = 1.0
log = structlog.get_logger()


class Keys:
    """`version` grows whenever the set changes, so that nothing verified with a withdrawn key stays believed.

    An issuer that is away costs nothing while its keys are known; only a process that never saw them must wait.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self.version = 0
        self._settings = settings
        self._keys: dict[str, Key] = {}
        self._fixed = bool(settings.oidc_jwks_json)
        self._tried = float("-inf")
        self._lock = asyncio.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        if self._fixed:
            self._take(json.loads(settings.oidc_jwks_json))

    def keep_fresh(self) -> None:
        """Starts a refresh beside the request when the keys are old; what is known stays in use meanwhile."""
        due = self._keys and not self._fixed and time.monotonic() - self._tried > FRESH_SECONDS
        if due and (self._refreshing is None or self._refreshing.done()):
            self._refreshing = asyncio.create_task(self._refresh())

    async def find(self, kid: str) -> Key | None:
        if kid not in self._keys and not self._fixed:
            async with self._lock:
                cooldown = COOLDOWN_SECONDS if self._keys else FIRST_COOLDOWN_SECONDS
                if kid not in self._keys and time.monotonic() - self._tried > cooldown:
                    await self._refresh()
            if not self._keys:
                raise Transient("the keys of the token issuer are not known yet")
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        self._tried = time.monotonic()
        try:
            async with httpx2.AsyncClient(timeout=3, follow_redirects=True) as client:
                url = self._settings.oidc_jwks_url or await self._discover(client)
                answer = await client.get(url)
                answer.raise_for_status()
                self._take(answer.json())
        except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning("oidc.keys_unreachable", error=str(error), known=len(self._keys))

    async def _discover(self, client: httpx2.AsyncClient) -> str:
        issuer = self._settings.oidc_issuer
        answer = await client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        answer.raise_for_status()
        found = answer.json()
        if found["issuer"] != issuer:
            raise ValueError(f"the discovery document is of another issuer: {found['issuer']!r}")
        return str(found["jwks_uri"])

    def _take(self, key_set: dict[str, Any]) -> None:
        keys: dict[str, Key] = {}
        for description in key_set["keys"]:
            if description.get("kty") == "oct" or description.get("use", "sig") != "sig":
                continue  # a shared secret in a public set would let anyone sign
            try:
                key = JWKRegistry.import_key(description)
                keys[key.kid or ""] = key
            except (JoseError, ValueError) as error:
                log.warning("oidc.key_skipped", error=str(error))
        if not keys:
            raise ValueError("the key set holds no usable key")
        if {kid: key.thumbprint() for kid, key in keys.items()} != {k: v.thumbprint() for k, v in self._keys.items()}:
            self.version += 1
        self._keys = keys

"""A token issuer inside the test process: its key is made once, its public half goes into the services' settings."""

import json
import time
from collections.abc import Callable

from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "http://issuer.test"
AUDIENCE = "fairmarket"
Token = Callable[..., str]


class Issuer:
    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", {"kid": "test", "use": "sig"})

    @property
    def settings(self) -> dict[str, str]:
        """What a service must be told to believe this issuer."""
        public = json.dumps({"keys": [self._key.as_dict(private=False)]})
        return {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks_json": public}

    def token(self, role: str, sub: str = "", **claims: object) -> str:
        """A valid token for one role (or several, comma separated); `claims` replace or add."""
        now = int(time.time())
        content = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": sub or f"{role}-1",
            "iat": now,
            "exp": now + 3600,
            "roles": [name for name in role.split(",") if name],
        } | claims
        return jwt.encode({"alg": "ES256", "kid": "test", "typ": "at+jwt"}, content, self._key)

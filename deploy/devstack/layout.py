"""Where everything of a devstack is: folders, ports, addresses, secrets, and each service's settings."""

import json
import os
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SERVICES = ("registry", "catalog", "orders", "monitoring", "enforcement")
PORTS = {
    "registry": 8101,
    "catalog": 8102,
    "orders": 8103,
    "monitoring": 8104,
    "enforcement": 8105,
    "issuer": 8090,
    "payment": 8091,
    "postgres": 15432,
    "broker": 19092,
    "controller": 19093,
}


@dataclass(frozen=True)
class Layout:
    """`offset` moves all ports, so that several devstacks can stand side by side."""

    run: Path = CHECKOUT / ".run"
    offset: int = 0
    broker: str = "tansu"
    split: bool = False
    broker_memory_mb: int = 220
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_environment(cls) -> "Layout":
        return cls(
            run=Path(os.environ.get("DEVSTACK_RUN", CHECKOUT / ".run")),
            offset=_number("PORT_OFFSET", 0),
            broker=_one_of("BROKER", "tansu", "kafka"),
            split=_one_of("ROLES", "all", "split") == "split",
            broker_memory_mb=_number("BROKER_MEMORY_MB", 220),
        )

    @property
    def logs(self) -> Path:
        return self.run / "logs"

    @property
    def jars(self) -> Path:
        return CHECKOUT / "build" / "kafka-jars"

    def port(self, name: str) -> int:
        return PORTS[name] + self.offset

    def worker_port(self, service: str) -> int:
        """Where a worker that runs apart from its API answers health checks."""
        return self.port(service) + 100

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port(name)}"

    def database_url(self, service: str) -> str:
        password = self.secrets()[f"{service}-password"]
        return f"postgresql://{service}:{password}@127.0.0.1:{self.port('postgres')}/{service}"

    def secrets(self) -> dict[str, str]:
        """Made once, kept in a file that only we can read."""
        path = self.run / "secrets.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        made = _made_secrets()
        if not made.keys() <= kept.keys():
            self.run.mkdir(parents=True, exist_ok=True)
            kept = made | kept
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(kept))
            draft.rename(path)
        return kept

    def service_settings(self, service: str) -> dict[str, str]:
        """The environment of one service: what it must be told here, over what the caller's environment says."""
        kept = self.secrets()
        comfortable = {
            "PROBE_INTERVAL_MS": "2000",
            "PROBE_ALLOW_NETWORKS": '["127.0.0.0/8", "::1/128"]',
            "CALLBACK_ALLOW_NETWORKS": '["127.0.0.0/8", "::1/128"]',
            "NOTICE_ALLOW_NETWORKS": '["127.0.0.0/8", "::1/128"]',
            # A few servers that were stopped with their terminal must not look like a fault of the prober.
            "PROBE_SUSPECT_MINIMUM": "25",
        }
        addresses = {
            "DATABASE_URL": self.database_url(service),
            "KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self.port('broker')}",
            "KAFKA_IDEMPOTENT_PRODUCER": str(self.broker == "kafka").lower(),
            "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": str(self.port(service)),
            "PUBLIC_URL": self.url(service),
            "OIDC_ISSUER": self.url("issuer"),
            "CURSOR_KEY": kept["cursor-key"],
            "PAYMENT_URL": self.url("payment"),
            "PAYMENT_WEBHOOK_SECRET": kept["webhook-secret"],
            "PERSONAL_KEYS": kept["personal-keys"],
            "BLIND_INDEX_KEY": kept["blind-index-key"],
            "BLOB_URL": (self.run / "blobs" / service).resolve().as_uri(),
        }
        return comfortable | dict(os.environ) | addresses | self.settings

    def environment(self) -> dict[str, str]:
        """What makes `Layout.from_environment` this layout again in a child process, and what helpers need to know."""
        return dict(os.environ) | {
            "DEVSTACK_RUN": str(self.run),
            "PORT_OFFSET": str(self.offset),
            "BROKER": self.broker,
            "PAYMENT_WEBHOOK_SECRET": self.secrets()["webhook-secret"],
        }


def _made_secrets() -> dict[str, str]:
    made = {f"{service}-password": secrets.token_urlsafe(24) for service in SERVICES}
    made["cursor-key"] = secrets.token_urlsafe(32)
    made["webhook-secret"] = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    made["personal-keys"] = "1:" + b64encode(secrets.token_bytes(32)).decode()
    made["blind-index-key"] = b64encode(secrets.token_bytes(32)).decode()
    return made


def _one_of(name: str, *allowed: str) -> str:
    """The variable's value, or the first one when it is not set."""
    value = os.environ.get(name) or allowed[0]
    if value not in allowed:
        raise SystemExit(f"{name} is {value!r}; it can be {' or '.join(allowed)}.")
    return value


def _number(name: str, otherwise: int) -> int:
    value = os.environ.get(name) or str(otherwise)
    if not value.isdigit():
        raise SystemExit(f"{name} is {value!r}; it must be a whole number.")
    return int(value)

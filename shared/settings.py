"""The settings every service has. A service adds its own knobs in a subclass, never here."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read from the environment (and files of `SECRETS_DIR`); durations in the unit that the name ends in."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = Field(description="postgresql://user:password@host:port/database")
    database_pool_size: int = Field(default=8, ge=2, le=100)
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    topic_prefix: str = Field(default="", pattern=r"^[a-z0-9-]*$")
    topic_partitions: int = Field(default=6, ge=1, le=100)
    topic_replication: int = Field(default=1, ge=1, le=5)
    kafka_idempotent_producer: bool = False

    http_host: str = "127.0.0.1"
    http_port: int = Field(default=8000, ge=0, le=65535)
    body_limit_bytes: int = Field(default=1_000_000, ge=1_000)
    cors_origins: list[str] = []
    cursor_key: str = Field(default="fairmarket", description="Seals page cursors; the same for all processes.")

    oidc_issuer: str = "http://127.0.0.1:8090"
    oidc_jwks_url: str = Field(default="", description="Empty: found by discovery at the issuer.")
    oidc_jwks_json: str = Field(default="", description="A fixed key set, where no issuer can be reached.")
    oidc_audience: str = "fairmarket"
    oidc_algorithms: list[str] = ["ES256", "EdDSA", "Ed25519", "RS256", "PS256"]

    relay_shards: int = Field(default=1, ge=1, le=64)
    relay_poll_ms: int = Field(default=20, ge=1)
    relay_lock_timeout_seconds: int = Field(default=10, ge=2)
    consumer_batch: int = Field(default=500, ge=1, le=5000)
    event_log_days: int = Field(default=7, ge=1)
    inbox_days: int = Field(default=30, ge=2)
    retry_attempts: int = Field(default=10, ge=1)

    log_level: str = "INFO"
    otlp_endpoint: str = ""

    @model_validator(mode="after")
    def _inbox_outlives_event_log(self) -> Self:
        if self.inbox_days <= self.event_log_days:
            raise ValueError(
                "INBOX_DAYS must be above EVENT_LOG_DAYS: a republished fact that the inbox forgot is applied twice"
            )
        return self

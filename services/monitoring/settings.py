"""Monitoring's own settings: how often, from where and how carefully it looks."""

from pydantic import Field, field_validator

from shared.addresses import parse_networks
from shared.settings import ServiceSettings


class MonitoringSettings(ServiceSettings):
    """Durations in the unit that the name ends in. Lists come as JSON."""

    probe_interval_ms: int = Field(default=30_000, ge=200, le=3_600_000)
    probe_timeout_ms: int = Field(default=10_000, ge=50, le=60_000, description="At most half an interval.")
    probe_confirm_after_ms: int = Field(default=1_000, ge=0, le=10_000, description="Before another vantage looks.")
    probe_flush_ms: int = Field(default=100, ge=5, le=5_000, description="How long results are gathered for one write.")
    probe_vantages: list[str] = Field(default=["north", "south"], min_length=2, max_length=9)
    probe_suspect_percent: int = Field(default=50, ge=1, le=100)
    probe_suspect_minimum: int = Field(default=5, ge=2)
    probe_concurrency: int = Field(default=500, ge=1, le=10_000, description="Probes at once, for each vantage.")
    probe_targets_max: int = Field(default=20_000, ge=1, description="How many targets one worker leases.")
    probe_ports: list[int] = Field(default=[80, 443, 8080, 8443])
    probe_allow_networks: list[str] = Field(
        default=[], description="Networks, any port, that may be probed although no public address; development only."
    )

    @field_validator("probe_vantages")
    @classmethod
    def _distinct(cls, names: list[str]) -> list[str]:
        if len(set(names)) != len(names) or not all(names):
            raise ValueError("PROBE_VANTAGES must be distinct names")
        return names

    @field_validator("probe_allow_networks")
    @classmethod
    def _networks(cls, texts: list[str]) -> list[str]:
        parse_networks(texts)
        return texts

"""Targets, their timelines and evidence, outages, and the replicas that they need."""

from alembic import op

from shared.db.migrations.plumbing import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE target (
        listing_id UUID NOT NULL,
        sequence BIGINT NOT NULL,
        provider_id UUID NOT NULL,
        category TEXT NOT NULL,
        listing_kind TEXT NOT NULL,
        url TEXT NOT NULL,
        is_retired BOOLEAN NOT NULL,
        correlation_id TEXT NOT NULL,
        followed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        interval_ms INTEGER DEFAULT '30000' NOT NULL,
        timeout_ms INTEGER DEFAULT '10000' NOT NULL,
        state TEXT NOT NULL,
        since_ms BIGINT NOT NULL,
        held_until_ms BIGINT NOT NULL,
        seen_ms BIGINT,
        problem TEXT DEFAULT '' NOT NULL,
        suspension_due_at TIMESTAMP WITH TIME ZONE,
        leased_by TEXT DEFAULT '' NOT NULL,
        CONSTRAINT pk_target PRIMARY KEY (listing_id)
    )
    """,
    "CREATE INDEX ix_target_leased_by ON target (leased_by)",
    "CREATE INDEX ix_target_provider_id ON target (provider_id, category)",
    "CREATE INDEX ix_target_suspension_due_at ON target (suspension_due_at) WHERE suspension_due_at IS NOT NULL",
    """
    CREATE TABLE prober (
        name TEXT NOT NULL,
        alive_until TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_prober PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE state_span (
        listing_id UUID NOT NULL,
        from_ms BIGINT NOT NULL,
        until_ms BIGINT NOT NULL,
        state TEXT NOT NULL,
        CONSTRAINT pk_state_span PRIMARY KEY (listing_id, from_ms),
        CONSTRAINT ck_state_span_half_open CHECK (from_ms < until_ms)
    )
    """,
    """
    CREATE TABLE evidence (
        hash TEXT NOT NULL,
        listing_id UUID NOT NULL,
        at_ms BIGINT NOT NULL,
        document BYTEA NOT NULL,
        CONSTRAINT pk_evidence PRIMARY KEY (hash)
    )
    """,
    "CREATE INDEX ix_evidence_at_ms ON evidence (at_ms)",
    "CREATE INDEX ix_evidence_listing_id ON evidence (listing_id, at_ms)",
    """
    CREATE TABLE outage (
        outage_id UUID NOT NULL,
        listing_id UUID NOT NULL,
        provider_id UUID NOT NULL,
        listing_kind TEXT NOT NULL,
        started_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ended_at TIMESTAMP WITH TIME ZONE,
        evidence_hash TEXT NOT NULL,
        correlation_id TEXT NOT NULL,
        merchants_affected INTEGER NOT NULL,
        counted_at TIMESTAMP WITH TIME ZONE NOT NULL,
        cause TEXT NOT NULL,
        cause_evidence TEXT NOT NULL,
        cause_reason TEXT NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_outage PRIMARY KEY (outage_id),
        CONSTRAINT ck_outage_half_open CHECK (ended_at IS NULL OR started_at <= ended_at)
    )
    """,
    "CREATE INDEX ix_outage_listing_id ON outage (listing_id, outage_id)",
    "CREATE UNIQUE INDEX uq_outage_open ON outage (listing_id) WHERE ended_at IS NULL",
    """
    CREATE TABLE outage_merchant (
        outage_id UUID NOT NULL,
        merchant_id TEXT NOT NULL,
        CONSTRAINT pk_outage_merchant PRIMARY KEY (outage_id, merchant_id),
        CONSTRAINT fk_outage_merchant_outage_id_outage FOREIGN KEY(outage_id) REFERENCES outage (outage_id)
    )
    """,
    """
    CREATE TABLE subscription (
        subscription_id UUID NOT NULL,
        sequence BIGINT NOT NULL,
        merchant_id TEXT NOT NULL,
        listing_id UUID NOT NULL,
        status TEXT NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_subscription PRIMARY KEY (subscription_id)
    )
    """,
    "CREATE INDEX ix_subscription_active ON subscription (listing_id, ends_at) WHERE status = 'active'",
    """
    CREATE TABLE restriction (
        key TEXT NOT NULL,
        sequence BIGINT NOT NULL,
        state JSONB NOT NULL,
        CONSTRAINT pk_restriction PRIMARY KEY (key)
    )
    """,
)


def upgrade() -> None:
    create_plumbing(op)
    for statement in STATEMENTS:
        op.execute(statement)

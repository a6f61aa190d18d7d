"""Orders, subscriptions, payments, refunds, the ledger, and the replicas they are decided by."""

from alembic import op

from shared.db.migrations.plumbing import create_plumbing

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REPLICAS = (
    """CREATE TABLE listing (
    key text NOT NULL,
    sequence bigint NOT NULL,
    state jsonb NOT NULL,
    provider_id text GENERATED ALWAYS AS (state ->> 'provider_id') STORED,
    category text GENERATED ALWAYS AS (state ->> 'category') STORED,
    targets text[] GENERATED ALWAYS AS (ARRAY['listing:' || key, 'provider:' || (state ->> 'provider_id'),
        'provider_category:' || (state ->> 'provider_id') || ':' || (state ->> 'category')]) STORED,
    CONSTRAINT pk_listing PRIMARY KEY (key))""",
    "CREATE INDEX ix_listing_provider_id ON listing (provider_id, category)",
    """CREATE TABLE provider (
    key text NOT NULL,
    sequence bigint NOT NULL,
    state jsonb NOT NULL,
    CONSTRAINT pk_provider PRIMARY KEY (key))""",
    """CREATE TABLE restriction (
    key text NOT NULL,
    sequence bigint NOT NULL,
    state jsonb NOT NULL,
    CONSTRAINT pk_restriction PRIMARY KEY (key))""",
    """CREATE TABLE second_look (
    target_key text NOT NULL,
    due_at timestamptz NOT NULL,
    CONSTRAINT pk_second_look PRIMARY KEY (target_key, due_at))""",
    "CREATE INDEX ix_second_look_due_at ON second_look (due_at)",
)

_TRADE = (
    """CREATE TABLE orders (
    order_id uuid NOT NULL,
    merchant_id text NOT NULL,
    listing_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    plan_id text NOT NULL,
    period_days integer NOT NULL,
    price_fen bigint NOT NULL,
    fee_fen bigint NOT NULL,
    kind varchar(16) NOT NULL,
    subscription_id uuid,
    status varchar(16) NOT NULL,
    placed_at timestamptz NOT NULL,
    closed_at timestamptz,
    cause jsonb,
    version bigint NOT NULL,
    CONSTRAINT pk_orders PRIMARY KEY (order_id),
    CONSTRAINT ck_orders_amounts CHECK (price_fen >= 0 AND fee_fen >= 0 AND fee_fen <= price_fen))""",
    "CREATE INDEX ix_orders_merchant_id ON orders (merchant_id, order_id)",
    "CREATE INDEX ix_orders_listing_id ON orders (listing_id, placed_at)",
    "CREATE INDEX ix_orders_unpaid ON orders (placed_at) WHERE status = 'placed'",
    """CREATE TABLE subscription (
    subscription_id uuid NOT NULL,
    merchant_id text NOT NULL,
    listing_id uuid NOT NULL,
    provider_id uuid NOT NULL,
    status varchar(16) NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_subscription PRIMARY KEY (subscription_id),
    CONSTRAINT ck_subscription_period CHECK (starts_at <= ends_at))""",
    "CREATE UNIQUE INDEX uq_subscription_running ON subscription (merchant_id, listing_id) WHERE status = 'active'",
    "CREATE INDEX ix_subscription_merchant_id ON subscription (merchant_id, subscription_id)",
    "CREATE INDEX ix_subscription_ending ON subscription (ends_at) WHERE status = 'active'",
    """CREATE TABLE payment (
    payment_id text NOT NULL,
    order_id uuid NOT NULL,
    amount_fen bigint NOT NULL,
    currency text NOT NULL,
    pay_url text NOT NULL,
    status varchar(16) NOT NULL,
    created_at timestamptz NOT NULL,
    query_at timestamptz,
    queries integer NOT NULL,
    correlation_id text NOT NULL,
    CONSTRAINT pk_payment PRIMARY KEY (payment_id),
    CONSTRAINT fk_payment_order_id_orders FOREIGN KEY (order_id) REFERENCES orders (order_id),
    CONSTRAINT uq_payment_order_id UNIQUE (order_id))""",
    "CREATE INDEX ix_payment_query_at ON payment (query_at) WHERE query_at IS NOT NULL",
    """CREATE TABLE refund (
    refund_id uuid NOT NULL,
    order_id uuid NOT NULL,
    payment_id text NOT NULL,
    amount_fen bigint NOT NULL,
    status varchar(16) NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    last_error text NOT NULL,
    done_at timestamptz,
    correlation_id text NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT pk_refund PRIMARY KEY (refund_id),
    CONSTRAINT fk_refund_order_id_orders FOREIGN KEY (order_id) REFERENCES orders (order_id),
    CONSTRAINT uq_refund_order_id UNIQUE (order_id),
    CONSTRAINT fk_refund_payment_id_payment FOREIGN KEY (payment_id) REFERENCES payment (payment_id),
    CONSTRAINT ck_refund_amount CHECK (amount_fen > 0))""",
    "CREATE INDEX ix_refund_due_at ON refund (due_at) WHERE status = 'due'",
)

_LEDGER = (
    "CREATE TABLE account (account text NOT NULL, CONSTRAINT pk_account PRIMARY KEY (account))",
    """CREATE TABLE ledger_entry (
    entry_id uuid NOT NULL,
    template text NOT NULL,
    reference text NOT NULL,
    order_id uuid NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_ledger_entry PRIMARY KEY (entry_id),
    CONSTRAINT uq_ledger_entry_template UNIQUE (template, reference))""",
    "CREATE INDEX ix_ledger_entry_order_id ON ledger_entry (order_id)",
    """CREATE TABLE posting (
    posting_id bigint GENERATED ALWAYS AS IDENTITY,
    entry_id uuid NOT NULL,
    account text NOT NULL,
    amount_fen bigint NOT NULL,
    CONSTRAINT pk_posting PRIMARY KEY (posting_id),
    CONSTRAINT fk_posting_entry_id_ledger_entry FOREIGN KEY (entry_id) REFERENCES ledger_entry (entry_id),
    CONSTRAINT fk_posting_account_account FOREIGN KEY (account) REFERENCES account (account),
    CONSTRAINT ck_posting_amount CHECK (amount_fen <> 0))""",
    "CREATE INDEX ix_posting_entry_id ON posting (entry_id)",
    "CREATE INDEX ix_posting_account ON posting (account)",
    # Checked at commit, when all postings of an entry are there: they sum to zero, and there are some.
    """CREATE FUNCTION check_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE total numeric; lines bigint;
    BEGIN
        SELECT sum(amount_fen), count(*) INTO total, lines FROM posting WHERE entry_id = NEW.entry_id;
        IF lines < 2 OR total <> 0 THEN
            RAISE EXCEPTION 'ledger entry % has % postings that sum to %', NEW.entry_id, lines, total
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sums_to_zero';
        END IF;
        RETURN NULL;
    END $$""",
    """CREATE CONSTRAINT TRIGGER ledger_entry_sums_to_zero AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_entry()""",
    """CREATE CONSTRAINT TRIGGER posting_sums_to_zero AFTER INSERT ON posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_entry()""",
    """CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the ledger is append only' USING ERRCODE = 'restrict_violation';
    END $$""",
    """CREATE TRIGGER ledger_entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()""",
    """CREATE TRIGGER posting_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()""",
)


def upgrade() -> None:
    create_plumbing(op)
    for statement in (*_REPLICAS, *_TRADE, *_LEDGER):
        op.execute(statement)

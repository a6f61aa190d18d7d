"""What the text and the logo of a listing's versions are recognised by, and who is one and the same provider."""

from sqlalchemy import BigInteger, Column, Computed, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, BIT, JSONB

from services.catalog.domain.similarity import BITS
from services.catalog.tables.metadata import metadata
from shared.db.replicas import replica_table

_PROMPT = {"fastupdate": "off"}
"""What was kept a moment ago is found as fast as all else, not through a list that is searched from end to end."""

# Of a listing the version on the market and the one that waits; a row goes with the listing's next submission.
# `windows` lies apart from its row, which keeps what is searched small: see the revision.
text_signature = Table(
    "text_signature",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("provider_id", Uuid, nullable=False),
    Column("scheme", Integer, nullable=False),
    Column("sketch", BIT(BITS), nullable=False),
    Column("bands", ARRAY(Integer), nullable=False),
    Column("windows", LargeBinary, nullable=False),
    ForeignKeyConstraint(["listing_id", "number"], ["listing_version.listing_id", "listing_version.number"]),
    Index("ix_text_signature_bands", "bands", postgresql_using="gin", postgresql_with=_PROMPT),
)

logo_signature = Table(
    "logo_signature",
    metadata,
    Column("listing_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("provider_id", Uuid, nullable=False),
    Column("looks", BigInteger, nullable=False),
    Column("bands", ARRAY(Integer), nullable=False),
    ForeignKeyConstraint(["listing_id", "number"], ["listing_version.listing_id", "listing_version.number"]),
    Index("ix_logo_signature_bands", "bands", postgresql_using="gin", postgresql_with=_PROMPT),
)

account_group = replica_table(
    "account_group",
    metadata,
    Column(
        "member_ids",
        JSONB,
        Computed('jsonb_path_query_array(state, \'$."members"[*]."provider_id"\'::jsonpath)', persisted=True),
    ),
    Index("ix_account_group_member_ids", "member_ids", postgresql_using="gin"),
)

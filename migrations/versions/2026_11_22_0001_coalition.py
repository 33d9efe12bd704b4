"""The coalition and its partners: who takes part, where, and under which contracts.

Also the words by which every later wall asks who is looking: sees_coalition, sees_partner, sees_member.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, run_sql_file, wall

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PRICE = sa.Numeric(18, 6)
SHARE = sa.Numeric(7, 6)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of the coalition, walled."""
    run_sql_file("0001_sight.sql")
    _create_coalition()
    _create_partner()
    _create_entities()
    _create_contract()
    for table in ("coalition", "partner", "brand", "outlet"):
        wall(table, "true", write="sees_coalition()")
        grant(table, "SELECT, INSERT, UPDATE")
    for table in ("legal_entity", "contract"):
        wall(table, "sees_partner(partner_id)", write="sees_coalition()")
        grant(table, "SELECT, INSERT, UPDATE")
    run_sql_file("0001_contract_in_force.sql")


def _create_coalition() -> None:
    op.create_table(
        "coalition",
        sa.Column("coalition_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("standard_price", PRICE, nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("operator_name", sa.String(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("clock_at", INSTANT),
        sa.PrimaryKeyConstraint("coalition_id", name="pk_coalition"),
        sa.CheckConstraint("sandbox OR clock_at IS NULL", name="ck_coalition_clock_only_in_sandbox"),
        sa.CheckConstraint("standard_price >= 0", name="ck_coalition_standard_price_not_negative"),
    )


def _create_partner() -> None:
    op.create_table(
        "partner",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("hue", sa.Integer(), nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("partner_id", name="pk_partner"),
        sa.UniqueConstraint("slug", name="uq_partner_slug"),
        sa.CheckConstraint(
            "status IN ('ADMITTED', 'ACTIVE', 'SUSPENDED', 'LEAVING', 'CLOSED')", name="ck_partner_status"
        ),
        sa.CheckConstraint(
            "cardinality(roles) > 0 AND roles <@ ARRAY['MANUFACTURER', 'DISTRIBUTOR', 'RETAILER', 'SERVICE']",
            name="ck_partner_roles",
        ),
        sa.CheckConstraint("hue BETWEEN 0 AND 359", name="ck_partner_hue"),
    )


def _create_entities() -> None:
    op.create_table(
        "legal_entity",
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("registration", sa.String()),
        sa.Column("tax_number", sa.String()),
        sa.Column("iban", sa.String()),
        sa.Column("bic", sa.String()),
        sa.PrimaryKeyConstraint("legal_entity_id", name="pk_legal_entity"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_legal_entity_partner_id"),
    )
    op.create_table(
        "brand",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", name="pk_brand"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_brand_partner_id"),
        sa.ForeignKeyConstraint(["legal_entity_id"], ["legal_entity.legal_entity_id"], name="fk_brand_legal_entity_id"),
    )
    op.create_table(
        "outlet",
        sa.Column("outlet_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.Uuid()),
        sa.Column("closed_at", INSTANT),
        sa.PrimaryKeyConstraint("outlet_id", name="pk_outlet"),
        sa.UniqueConstraint("partner_id", "code", name="uq_outlet_partner_id_code"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_outlet_partner_id"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.brand_id"], name="fk_outlet_brand_id"),
        sa.ForeignKeyConstraint(["supplier_id"], ["partner.partner_id"], name="fk_outlet_supplier_id"),
    )
    op.create_index("ix_outlet_supplier_id", "outlet", ["supplier_id"])


def _create_contract() -> None:
    op.create_table(
        "contract",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("legal_entity_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", INSTANT, nullable=False),
        sa.Column("issues", sa.Boolean(), nullable=False),
        sa.Column("redeems", sa.Boolean(), nullable=False),
        sa.Column("price", PRICE, nullable=False),
        sa.Column("bands", postgresql.JSONB(), nullable=False),
        sa.Column("price_redeem", PRICE, nullable=False),
        sa.Column("share_at_issuance", SHARE, nullable=False),
        *(sa.Column(name, PRICE, nullable=False) for name in ("fee_per_point", "fee_fixed", "fee_minimum")),
        *(
            sa.Column(name, SHARE, nullable=False)
            for name in (
                "fee_share",
                "breakage_issuer",
                "breakage_redeemers",
                "breakage_charity",
                "tax_supply",
                "tax_credit",
            )
        ),
        sa.Column("return_policy", sa.String(), nullable=False),
        sa.Column("return_days", sa.Integer(), nullable=False),
        sa.Column("signed_at", INSTANT),
        sa.PrimaryKeyConstraint("contract_id", name="pk_contract"),
        sa.UniqueConstraint("partner_id", "version", name="uq_contract_partner_id_version"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_contract_partner_id"),
        sa.ForeignKeyConstraint(
            ["legal_entity_id"], ["legal_entity.legal_entity_id"], name="fk_contract_legal_entity_id"
        ),
        *_contract_laws(),
    )


def _contract_laws() -> list[sa.CheckConstraint]:
    laws = {
        "does_something": "issues OR redeems",
        "prices_not_negative": "price >= 0 AND price_redeem >= 0",
        "share_at_issuance": "share_at_issuance BETWEEN 0 AND 1",
        "breakage_shares": (
            "least(breakage_issuer, breakage_redeemers, breakage_charity) >= 0"
            " AND breakage_issuer + breakage_redeemers + breakage_charity <= 1"
        ),
        "fees_not_negative": "least(fee_per_point, fee_share, fee_fixed, fee_minimum) >= 0",
        "taxes_not_negative": "least(tax_supply, tax_credit) >= 0",
        "return_policy": "return_policy IN ('PENDING_ONLY', 'WITHIN_BALANCE', 'DEBT')",
        "return_days": "return_days BETWEEN 0 AND 400",
    }
    return [sa.CheckConstraint(law, name=f"ck_contract_{name}") for name, law in laws.items()]


def downgrade() -> None:
    """Nothing comes before this: an empty database is the way back."""
    raise NotImplementedError

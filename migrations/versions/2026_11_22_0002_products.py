"""The product master: a partner sees its own catalogue, a maker or supplier the articles that are its own."""

import sqlalchemy as sa
from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the product master, walled, with the reads of the hot path."""
    _create_product()
    _create_product_feed()
    wall(
        "product",
        "sees_partner(partner_id) OR sees_partner(maker_id) OR sees_partner(supplier_id)",
        write="sees_partner(partner_id)",
    )
    wall("product_feed", "sees_partner(partner_id)")
    for table in ("product", "product_feed"):
        grant(table, "SELECT, INSERT, UPDATE")
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    run_sql_file("0002_products_by_sku.sql")
    posting_function("products_by_sku(uuid[], text[])")
    posting_function("product_feed_versions()")


def _create_product() -> None:
    op.create_table(
        "product",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("gtin", sa.String()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("category", sa.String()),
        sa.Column("department", sa.String()),
        sa.Column("brand", sa.String()),
        sa.Column("maker_id", sa.Uuid()),
        sa.Column("supplier_id", sa.Uuid()),
        sa.Column("private_label", sa.Boolean(), nullable=False),
        sa.Column("package", sa.String()),
        sa.Column("active_from", INSTANT),
        sa.Column("active_to", INSTANT),
        sa.PrimaryKeyConstraint("product_id", name="pk_product"),
        sa.UniqueConstraint("partner_id", "sku", name="uq_product_partner_id_sku"),
        *(
            sa.ForeignKeyConstraint([column], ["partner.partner_id"], name=f"fk_product_{column}")
            for column in ("partner_id", "maker_id", "supplier_id")
        ),
        sa.CheckConstraint("length(sku) BETWEEN 1 AND 64", name="ck_product_sku_length"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name="ck_product_name_length"),
        sa.CheckConstraint("gtin ~ '^([0-9]{8}|[0-9]{12,14})$'", name="ck_product_gtin_digits"),
        sa.CheckConstraint("active_from < active_to", name="ck_product_active_in_order"),
    )
    op.create_index("ix_product_maker_id", "product", ["maker_id"])
    op.create_index("ix_product_supplier_id", "product", ["supplier_id"])


def _create_product_feed() -> None:
    op.create_table(
        "product_feed",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("partner_id", name="pk_product_feed"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_product_feed_partner_id"),
    )


def downgrade() -> None:
    """Forget the product master."""
    op.execute("DROP FUNCTION products_by_sku(uuid[], text[])")
    op.execute("DROP FUNCTION product_feed_versions()")
    op.drop_table("product_feed")
    op.drop_table("product")

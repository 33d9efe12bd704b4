"""Rows of the product master."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from domain.coalition.models import Instant
from domain.storage import Row


class Product(Row, table=True):
    """An article in one partner's catalogue."""

    __tablename__ = "product"
    product_id: UUID = Field(primary_key=True)
    partner_id: UUID = Field(foreign_key="partner.partner_id")
    """Whose catalogue it stands in."""
    sku: str
    """The partner's own article number, as its tills send it."""
    gtin: str | None = None
    """The number in the bar code, the same at every shop."""
    name: str
    category: str | None = None
    department: str | None = None
    brand: str | None = None
    maker_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The manufacturer, where it is a partner."""
    supplier_id: UUID | None = Field(default=None, foreign_key="partner.partner_id")
    """The distributor that delivers it, where it is a partner."""
    private_label: bool
    package: str | None = None
    return_days: int | None = None
    """How many days it can be given back; None: as campaigns say."""
    active_from: datetime | None = Field(default=None, sa_type=Instant)
    active_to: datetime | None = Field(default=None, sa_type=Instant)
    """Outside this time the article counts as unknown."""

    __table_args__ = (
        UniqueConstraint("partner_id", "sku"),
        Index(None, "maker_id"),
        Index(None, "supplier_id"),
        Index("ix_product_gtin", "gtin", postgresql_where=text("gtin IS NOT NULL")),
        CheckConstraint("length(sku) BETWEEN 1 AND 64", name="sku_length"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("gtin ~ '^([0-9]{8}|[0-9]{12,14})$'", name="gtin_digits"),
        CheckConstraint("return_days BETWEEN 0 AND 400", name="return_days"),
        CheckConstraint("active_from < active_to", name="active_in_order"),
    )


class ProductFeed(Row, table=True):
    """How often a partner's catalogue has changed; caches compare it."""

    __tablename__ = "product_feed"
    partner_id: UUID = Field(primary_key=True, foreign_key="partner.partner_id")
    version: int
    fed_at: datetime = Field(sa_type=Instant)
    """When it changed last."""

"""Who takes part in the demonstration: a shop, six makers and a distributor, all invented; numbers are the data set's.

Names of firms and persons are made up and mean nobody. Each maker keeps the number it has in the data, so that its
articles can be found there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from domain.coalition.contracts import Band, Terms
from domain.coalition.models import Billing, PartnerRole, ReturnPolicy
from hansa.journey.trips import midnight

COALITION = "Hansa"
PURPOSE = "One points currency for the shop, its makers and its distributor"
CURRENCY = "USD"
OPERATOR = "Hansa Operator (demonstration)"
STANDARD_PRICE = Decimal("0.0085")
OPENING = midnight(date(2017, 1, 1))
SIGNED = OPENING - timedelta(days=30)

SHOP, DISTRIBUTOR = "journey-market", "baltic-supply"
OWN_BRAND = 69
"""The maker's number that stands for the shop's own brands."""
SUPPLIED_STORES = range(300, 400)
SUPPLIED_CATEGORIES = frozenset(
    {"SOFT DRINKS", "BAG SNACKS", "BEERS/ALES", "DOMESTIC WINE", "WATER - CARBONATED/FLVRD DRINK", "ISOTONIC DRINKS"}
)
WITHOUT_POINTS_DEPARTMENTS = frozenset({"FUEL", "SPIRITS", "POSTAL CENTER"})
WITHOUT_POINTS_CATEGORIES = frozenset({"COUPON/MISC ITEMS", "CIGARETTES"})


@dataclass(frozen=True, kw_only=True)
class Firm:
    """A partner: who it is, and on what terms it takes part."""

    slug: str
    name: str
    roles: frozenset[PartnerRole]
    hue: int
    company: str
    maker: int | None = None
    """Its number in the data, where it makes what the shop sells."""
    weight: int
    """How often members spend points with it."""
    terms: Terms
    finance: str
    """Who checks its statements."""
    answers: bool = True
    """Whether it accepts a statement; otherwise its silence does."""


def _terms(**changes: object) -> Terms:
    usual: dict[str, object] = {
        "valid_from": SIGNED,
        "price": Decimal("0.0100"),
        "price_redeem": Decimal("0.0085"),
        "share_at_issuance": Decimal("0.4"),
        "fee_per_point": Decimal("0.0002"),
        "breakage_issuer": Decimal("0.5"),
        "breakage_charity": Decimal("0.1"),
    }
    return Terms(**{**usual, **changes})  # type: ignore[arg-type]


_MAKER = _terms(
    price=Decimal("0.0105"),
    price_redeem=Decimal("0.0080"),
    share_at_issuance=Decimal("0.6"),
    fee_share=Decimal("0.02"),
    return_policy=ReturnPolicy.WITHIN_BALANCE,
)


_ON_PACKS = replace(_MAKER, billing=Billing.PREPAID, pack_points=2_000, pack_alert=300)
"""Paid before; what is awarded beyond its packs is billed after the cycle."""


def _maker(
    number: int, slug: str, name: str, hue: int, finance: str, *, answers: bool = True, terms: Terms = _MAKER
) -> Firm:
    return Firm(
        slug=slug,
        name=f"{name} (maker {number})",
        roles=frozenset({PartnerRole.MANUFACTURER}),
        hue=hue,
        company=f"{name} Inc.",
        maker=number,
        weight=400,
        terms=terms,
        finance=finance,
        answers=answers,
    )


_SHOP = _terms(
    bands=(Band(points=250_000, price=Decimal("0.0098")), Band(points=500_000, price=Decimal("0.0095"))),
    fee_fixed=Decimal("25.00"),
    fee_minimum=Decimal("50.00"),
    dispute_days=10,
    notice_days=60,
    tail_days=120,
)

PROPOSAL = replace(
    _SHOP,
    valid_from=midnight(date(2018, 1, 1)),
    price=Decimal("0.0096"),
    bands=(Band(points=250_000, price=Decimal("0.0093")), Band(points=500_000, price=Decimal("0.0090"))),
    share_at_issuance=Decimal("0.5"),
    fee_fixed=Decimal("40.00"),
    value_days=10,
)
"""What the shop might agree to next: a draft."""

FIRMS: tuple[Firm, ...] = (
    Firm(
        slug=SHOP,
        name="Journey Market",
        roles=frozenset({PartnerRole.RETAILER, PartnerRole.MANUFACTURER}),
        hue=212,
        company="Journey Market Stores LLC",
        maker=OWN_BRAND,
        weight=6_000,
        terms=_SHOP,
        finance="Maren Thiel",
    ),
    _maker(2, "northwind", "Northwind Foods", 130, "Olin Frost"),
    _maker(764, "orrinvale", "Orrinvale Household", 285, "Sunniva Dahl", answers=False),
    _maker(103, "quillstone", "Quillstone Drinks", 12, "Bram Ostler", terms=_ON_PACKS),
    _maker(1208, "tamarisk", "Tamarisk Vale Beverages", 190, "Petra Zeman"),
    _maker(544, "copperwick", "Copperwick Snacks", 42, "Emil Hartog", answers=False),
    _maker(317, "fenmoor", "Fenmoor Dairy", 330, "Liis Tamm"),
    Firm(
        slug=DISTRIBUTOR,
        name="Baltic Supply",
        roles=frozenset({PartnerRole.DISTRIBUTOR}),
        hue=240,
        company="Baltic Supply Co.",
        weight=1_600,
        terms=_terms(
            price=Decimal("0.0098"), share_at_issuance=Decimal("0.5"), return_policy=ReturnPolicy.PENDING_ONLY
        ),
        finance="Kaspar Lind",
    ),
)

PLACES = tuple(firm.slug for firm in FIRMS)
WEIGHTS = tuple(firm.weight for firm in FIRMS)
MAKERS = {firm.maker: firm.slug for firm in FIRMS if firm.maker is not None}


@dataclass(frozen=True, kw_only=True)
class Face:
    """A member with a name, for looking at."""

    name: str
    language: str

    @property
    def email(self) -> str:
        """An address that reaches nobody."""
        return f"{self.name.lower().replace(' ', '.')}@example.org"


FACES = (
    Face(name="Anna Kalnina", language="lv"),
    Face(name="Petar Dimov", language="bg"),
    Face(name="Aino Laine", language="fi"),
    Face(name="Zsofia Nagy", language="hu"),
    Face(name="June Archer", language="en"),
)
"""They stand for the households that shop most often."""


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who works for the coalition."""

    name: str
    role: str
    email: str = field(default="")


PREPARER = Colleague(name="Ilze Berga", role="COALITION_PREPARER", email="preparer@hansa.test")
APPROVER = Colleague(name="Jonas Brandt", role="COALITION_APPROVER", email="approver@hansa.test")
COLLEAGUES = (
    PREPARER,
    APPROVER,
    Colleague(name="Alma Roth", role="COALITION_ADMIN", email="admin@hansa.test"),
    Colleague(name="Viktor Sand", role="COALITION_AUDITOR", email="auditor@hansa.test"),
)


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Somebody who works for a partner beside its finance person."""

    name: str
    slug: str
    role: str
    email: str


HANDS = (
    Hand(name="Nora Vale", slug=SHOP, role="PARTNER_MARKETING", email=f"marketing@{SHOP}.test"),
    Hand(name="Tove Lund", slug="northwind", role="PARTNER_MARKETING", email="marketing@northwind.test"),
    Hand(name="Sami Reyes", slug=SHOP, role="PARTNER_CASHIER", email=f"till@{SHOP}.test"),
    Hand(name="Greta Moss", slug="northwind", role="PARTNER_CASHIER", email="till@northwind.test"),
    Hand(name="Olek Baran", slug=DISTRIBUTOR, role="PARTNER_CASHIER", email=f"till@{DISTRIBUTOR}.test"),
    Hand(name="Mila Stone", slug=SHOP, role="PARTNER_ADMIN", email=f"admin@{SHOP}.test"),
)
"""Marketing, tills in a shop, a maker's and a distributor's own shop, and whoever looks after clients."""


def finance_email(firm: Firm) -> str:
    """Where a partner's finance person is reached."""
    return f"finance@{firm.slug}.test"


def card_of(household: int) -> str:
    """The card of a household: 13 digits, the last one a check digit (EAN-13)."""
    body = f"2981{household:08d}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return f"{body}{-total % 10}"

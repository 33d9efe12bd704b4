"""The companies of the demonstration's firms: addresses and accounts made up for it, in five languages."""

from __future__ import annotations

from dataclasses import dataclass

from domain.coalition.companies import CompanyDetails


@dataclass(frozen=True, kw_only=True)
class Company:
    """Where a firm sits, in which language it is written to, and where it is paid."""

    country: str
    iban: str
    bic: str
    tax_number: str
    details: CompanyDetails


def _company(  # noqa: PLR0913  # a company has this many independent parts
    country: str,
    language: str,
    iban: str,
    bic: str,
    number: str,
    *,
    street: str,
    building: str,
    post_code: str,
    town: str,
) -> Company:
    return Company(
        country=country,
        iban=iban,
        bic=bic,
        tax_number=f"{country}{number}",
        details=CompanyDetails(
            registration=number, street=street, building=building, post_code=post_code, town=town, language=language
        ),
    )


COMPANIES: dict[str, Company] = {
    "journey-market": _company(
        *("IE", "en", "IE29AIBK93115212345678", "AIBKIE2D", "6388047V"),
        street="Harbour Road",
        building="12",
        post_code="D01 A4X0",
        town="Dublin",
    ),
    "northwind": _company(
        *("LV", "lv", "LV44HABA0551000000001", "HABALV22", "40003000001"),
        street="Brivibas iela",
        building="214",
        post_code="LV-1039",
        town="Riga",
    ),
    "orrinvale": _company(
        *("BG", "bg", "BG94UNCR70000010203457", "UNCRBGSF", "175000002"),
        street="Vitosha",
        building="48",
        post_code="1000",
        town="Sofia",
    ),
    "quillstone": _company(
        *("FI", "fi", "FI2112345600000785", "NDEAFIHH", "10000003"),
        street="Mannerheimintie",
        building="5",
        post_code="00100",
        town="Helsinki",
    ),
    "tamarisk": _company(
        *("HU", "hu", "HU42117730161111101800000000", "OTPVHUHB", "10000004"),
        street="Andrassy ut",
        building="60",
        post_code="1062",
        town="Budapest",
    ),
    "copperwick": _company(
        *("EE", "en", "EE382200221020145685", "HABAEE2X", "100000005"),
        street="Narva mnt",
        building="7",
        post_code="10117",
        town="Tallinn",
    ),
    "fenmoor": _company(
        *("LV", "lv", "LV17HABA0551000000002", "HABALV22", "40003000006"),
        street="Liela iela",
        building="3",
        post_code="LV-3001",
        town="Jelgava",
    ),
    "baltic-supply": _company(
        *("HU", "hu", "HU19104000000000200010000000", "OKHBHUHB", "10000007"),
        street="Vaci ut",
        building="22",
        post_code="1132",
        town="Budapest",
    ),
}

OPERATOR = _company(
    *("LV", "en", "LV58UNLA0050000000001", "UNLALV2X", "40003000099"),
    street="Kalku iela",
    building="1",
    post_code="LV-1050",
    town="Riga",
)

"""What a consent says: the words members read, by version and language, kept for ever.

A new wording is a new version; what a member agreed to can be read again in the words of that day. Version 0 is what
was agreed before the words were kept: its words were the partner's own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson

from domain.members.models import ConsentPurpose

Words = Mapping[str, Mapping[ConsentPurpose, str]]
"""By language and purpose; {partner} stands for the partner's name."""

OTHERWISE = "en"
"""The language for those whose own is not among ours."""

_FIRST: Words = {
    "en": {
        ConsentPurpose.BALANCE: (
            "{partner} may see how many points you have, which of them still wait, and when they expire."
        ),
        ConsentPurpose.HISTORY: "{partner} may see what happened to your points there: what you earned and spent.",
        ConsentPurpose.REDEMPTION: (
            "{partner} may spend your points when you order something there, without asking for your card."
        ),
        ConsentPurpose.CODES: "{partner} may redeem codes and coupons for you.",
    },
    "lv": {
        ConsentPurpose.BALANCE: (
            "„{partner}” drīkst redzēt, cik punktu jums ir, kuri no tiem vēl gaida un kad to termiņš beidzas."
        ),
        ConsentPurpose.HISTORY: (
            "„{partner}” drīkst redzēt, kas tur notika ar jūsu punktiem: ko nopelnījāt un iztērējāt."
        ),
        ConsentPurpose.REDEMPTION: (
            "„{partner}” drīkst tērēt jūsu punktus, kad tur kaut ko pasūtāt, neprasot jūsu karti."
        ),
        ConsentPurpose.CODES: "„{partner}” drīkst jūsu vietā izmantot kodus un kuponus.",
    },
    "bg": {
        ConsentPurpose.BALANCE: ("„{partner}“ може да вижда колко точки имате, кои от тях още чакат и кога изтичат."),
        ConsentPurpose.HISTORY: (
            "„{partner}“ може да вижда какво се е случило с точките Ви там: какво сте спечелили и изхарчили."
        ),
        ConsentPurpose.REDEMPTION: (
            "„{partner}“ може да харчи точките Ви, когато поръчвате нещо там, без да иска картата Ви."
        ),
        ConsentPurpose.CODES: "„{partner}“ може да използва кодове и купони вместо Вас.",
    },
    "fi": {
        ConsentPurpose.BALANCE: (
            "{partner} saa nähdä, montako pistettä sinulla on, mitkä niistä vielä odottavat ja milloin ne vanhenevat."
        ),
        ConsentPurpose.HISTORY: (
            "{partner} saa nähdä, mitä pisteillesi on siellä tapahtunut: mitä ansaitsit ja käytit."
        ),
        ConsentPurpose.REDEMPTION: (
            "{partner} saa käyttää pisteitäsi, kun tilaat sieltä jotakin, korttiasi kysymättä."
        ),
        ConsentPurpose.CODES: "{partner} saa lunastaa koodeja ja kuponkeja puolestasi.",
    },
    "hu": {
        ConsentPurpose.BALANCE: ("{partner} láthatja, hány pontja van Önnek, melyek várnak még, és mikor járnak le."),
        ConsentPurpose.HISTORY: (
            "{partner} láthatja, mi történt ott a pontjaival: mennyit gyűjtött és mennyit költött el."
        ),
        ConsentPurpose.REDEMPTION: (
            "{partner} elköltheti a pontjait, amikor Ön ott rendel valamit, a kártyája kérése nélkül."
        ),
        ConsentPurpose.CODES: "{partner} kódokat és kuponokat válthat be Ön helyett.",
    },
}

_OFFERS: Mapping[str, str] = {
    "en": (
        "{partner} may choose offers for you by the month of your birthday, your language, and where and what you buy"
        " in the programme, also at others."
    ),
    "lv": (
        "„{partner}” drīkst izvēlēties jums piedāvājumus pēc jūsu dzimšanas mēneša, valodas un tā, kur un ko jūs"
        " programmā pērkat, arī pie citiem."
    ),
    "bg": (
        "„{partner}“ може да подбира оферти за Вас според месеца на рождения Ви ден, езика Ви и това къде и какво"
        " купувате в програмата, също и при други."
    ),
    "fi": (
        "{partner} saa valita sinulle tarjouksia syntymäkuukautesi, kielesi ja sen mukaan, missä ja mitä ostat"
        " ohjelmassa, myös muilta."
    ),
    "hu": (
        "{partner} ajánlatokat választhat Önnek a születésnapja hónapja, a nyelve és az alapján, hogy hol és mit"
        " vásárol a programban, másoknál is."
    ),
}

TEXTS: Mapping[int, Words] = {
    1: _FIRST,
    2: {language: {**said, ConsentPurpose.OFFERS: _OFFERS[language]} for language, said in _FIRST.items()},
}
"""What each version said; a version is never changed (a test holds each to its hash)."""

TEXT_VERSION = max(TEXTS)
"""What members read today."""


def words(
    purpose: ConsentPurpose, *, partner: str, language: str = OTHERWISE, version: int = TEXT_VERSION
) -> str | None:
    """What a version says to a member, in a language such as lv or en-GB; None for what was agreed in other words."""
    said = TEXTS.get(version)
    if said is None:
        return None
    known = said.get(language.partition("-")[0].lower(), said[OTHERWISE])
    return known[purpose].replace("{partner}", partner) if purpose in known else None


def said_in(version: int) -> frozenset[ConsentPurpose]:
    """The purposes that a version has words for."""
    return frozenset(TEXTS[version][OTHERWISE])


def digest(version: int) -> str:
    """The hash of all that a version says."""
    return hashlib.sha256(
        orjson.dumps(TEXTS[version], option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    ).hexdigest()

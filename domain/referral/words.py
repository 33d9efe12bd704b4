"""How members are asked to bring a friend, where a programme has no words of its own."""

from __future__ import annotations

from collections.abc import Mapping

from domain.referral.inviting import Invitation

WORDS: Mapping[str, str] = {
    "en": "Bring a friend, and you both get something once your friend has bought. Your code: {code}",
    "lv": "Atved draugu: kad draugs būs iepircies, abi kaut ko saņemsiet. Tavs kods: {code}",
    "bg": "Доведи приятел и двамата ще получите нещо, щом той направи покупка. Твоят код: {code}",
    "fi": "Tuo ystävä mukaan: saatte molemmat jotain, kun ystäväsi on tehnyt ostoksen. Koodisi: {code}",
    "hu": "Hívd meg egy barátodat: a vásárlása után mindketten kaptok valamit. A kódod: {code}",
}

COUNTS: Mapping[str, str] = {
    "en": "Welcome! Your friend's invitation counts: once you have bought, you both get something.",
    "lv": "Laipni lūdzam! Drauga uzaicinājums ir spēkā: pēc tava pirkuma abi kaut ko saņemsiet.",
    "bg": "Добре дошли! Поканата на приятеля ви важи: щом направите покупка, и двамата ще получите нещо.",
    "fi": "Tervetuloa! Ystäväsi kutsu on voimassa: kun olet tehnyt ostoksen, saatte molemmat jotain.",
    "hu": "Üdvözlünk! A barátod meghívója érvényes: a vásárlásod után mindketten kaptok valamit.",
}
COUNTS_NOT: Mapping[str, str] = {
    "en": "Welcome! This invitation cannot be counted this time; everything else is yours all the same.",
    "lv": "Laipni lūdzam! Šo uzaicinājumu šoreiz ieskaitīt nevar; viss pārējais tev pieder tāpat.",
    "bg": "Добре дошли! Тази покана не може да се зачете този път; всичко останало важи и за вас.",
    "fi": "Tervetuloa! Tätä kutsua ei voi tällä kertaa laskea; kaikki muu on silti sinun.",
    "hu": "Üdvözlünk! Ezt a meghívót ezúttal nem tudjuk beszámítani; minden más ugyanúgy a tiéd.",
}
"""Why not is nobody's business at a counter, and accuses nobody."""


def asking(invitation: Invitation, language: str | None) -> str:
    """The words in a language, English where we have none of it; in a programme's own words the code is {code}, too."""
    wanted = (language or "en").partition("-")[0].lower()
    own = invitation.programme.terms.said_in(language)
    return (own or WORDS.get(wanted, WORDS["en"])).replace("{code}", invitation.code)


def told(language: str | None, *, counts: bool) -> str:
    """What a friend is told of its code."""
    words = COUNTS if counts else COUNTS_NOT
    return words.get((language or "en").partition("-")[0].lower(), words["en"])

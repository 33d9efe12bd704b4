"""What codes are called in words: roles, methods, devices."""

from __future__ import annotations

from collections.abc import Iterable

from partners.scopes import PersonRole
from partners.sign_in.words import Words


def roles(words: Words, held: Iterable[PersonRole]) -> list[str]:
    """The roles of a person, as they are called."""
    called = {
        PersonRole.COALITION_ADMIN: words.gettext("Administrator of the coalition"),
        PersonRole.COALITION_PREPARER: words.gettext("Prepares settlements"),
        PersonRole.COALITION_APPROVER: words.gettext("Approves settlements"),
        PersonRole.COALITION_AUDITOR: words.gettext("Auditor"),
        PersonRole.COALITION_RISK: words.gettext("Reviews risks"),
        PersonRole.COALITION_PRIVACY: words.gettext("Privacy officer"),
        PersonRole.COALITION_SERVICE: words.gettext("Serves members"),
        PersonRole.PARTNER_MARKETING: words.gettext("Marketing"),
        PersonRole.PARTNER_FINANCE: words.gettext("Finance"),
        PersonRole.PARTNER_SERVICE: words.gettext("Service"),
        PersonRole.PARTNER_CASHIER: words.gettext("Cashier"),
        PersonRole.PARTNER_ADMIN: words.gettext("Administrator"),
    }
    return [called[role] for role in held]


def device(words: Words, told: str | None) -> str:
    """A browser and its system, as devices.py keeps them."""
    browser, _, system = (told or "").partition("/")
    if browser and system:
        return words.gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or words.gettext("A browser that does not say what it is")

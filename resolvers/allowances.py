"""In whose buckets a request counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from partners.limits import Limit
from partners.viewer import Viewer

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What may be asked in a minute, in units of an operation's cost; 0 for no limit."""

    known: int = 0
    """By each client, each person and each member."""
    public: int = 0
    """By each network that asks without a token."""

    def of(self, viewer: Viewer, network: str) -> list[tuple[Limit, str]]:
        """The limits a viewer's requests count in, and as whose.

        What a client asks on behalf of a member counts for the member too, but at this client alone: what is left
        would otherwise tell one partner of the member's doings at another. The member's goes first, so that one who
        asks without end does not use up the client's.
        """
        asking = [
            ("member", f"{viewer.client_id} {viewer.on_behalf_of.pairwise_id}" if viewer.on_behalf_of else None),
            ("member", viewer.member_id),
            ("person", viewer.person_id),
            ("client", viewer.client_id),
        ]
        named = [(name, str(caller)) for name, caller in asking if caller is not None]
        amount = self.known if named else self.public
        if not amount:
            return []
        return [(_a_minute(name, amount), caller) for name, caller in named or [("network", network)]]


@cache
def _a_minute(name: str, amount: int) -> Limit:
    return Limit(name=name, amount=amount, period=MINUTE)

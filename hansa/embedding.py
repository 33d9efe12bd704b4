"""Which database to use: the one that was named, or an embedded one for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hansa.postgres import EmbeddedPostgres
from hansa.settings import Settings


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """The settings with the address of a database that runs.

    Raises: PostgresUnavailable.
    """
    if settings.database_url:
        yield settings
        return
    postgres = EmbeddedPostgres(settings.home / "postgres", binaries=settings.pg_bin)
    url = postgres.start()
    try:
        yield settings.model_copy(update={"database_url": url})
    finally:
        postgres.stop()

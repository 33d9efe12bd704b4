"""What can be set from outside. Nothing else reads the environment; docs/configuration.md explains each."""

from __future__ import annotations

import os
import secrets
import stat
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from domain.members import card_numbers
from hansa.home import home_folder

SHORTEST_KEY = 32


class UnsafeSecret(Exception):
    """The secret key is too short, or others can read it."""


class Settings(BaseSettings):
    """The settings of one server, each from the variable HANSA_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="HANSA_", env_ignore_empty=True, frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: home_folder(os.environ))
    """Where the embedded database, the secret key and built files lie."""

    database_url: str | None = None
    """The owner's address of a PostgreSQL; the embedded one when unset."""

    pg_bin: Path | None = Field(default=None, validation_alias="PG_BIN")
    """A folder of PostgreSQL programs to embed in place of the wheel's."""

    connections: int = Field(default=8, ge=2, le=500)
    """How many connections each of the two pools may hold."""

    host: str = "127.0.0.1"
    """The address the server listens on."""

    port: int = Field(default=8000, ge=1, le=65535)
    """The port the server listens on."""

    issuer: str = ""
    """The public address, without a slash at the end: what tokens name as their issuer.

    By default http://HOST:PORT, with localhost for this machine.
    """

    secret_key: SecretStr | None = None
    """Wraps the keys of personal data and signs cursors and cookies; made in HANSA_HOME when unset."""

    origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Pages besides our own whose scripts may call the API with a session, as origins separated by commas."""

    introspection: bool = True
    """Whether those without a token may introspect the schema; it is published at /schema.graphql all the same."""

    allowance: int = Field(default=300_000, ge=0)
    """What each client and each member may ask in a minute, in units of an operation's cost; 0 for no limit."""

    public_allowance: int = Field(default=6_000, ge=0)
    """The same for each network that asks without a token."""

    misses: int = Field(default=3_000, ge=0)
    """How many cards, numbers or addresses that nobody has a client or person may name in an hour; 0 for no limit."""

    code_misses: int = Field(default=10, ge=0)
    """How many codes from packs that are not accepted a member may name in an hour, ten times as many from one network
    and a hundred times as many through one client; 0 for no limit."""

    file_limit: int = Field(default=2_000_000_000, ge=1)
    """How many bytes a partner's file of records may have."""

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    """Addresses or networks whose X-Forwarded-For is believed, separated by commas."""

    smtp_url: SecretStr | None = None
    """Where mail is handed over, smtp:// or smtps://; without it a sandbox keeps mail in HANSA_HOME/mail."""

    mail_from: str = ""
    """Whom mail comes from. By default no-reply at the host of the public address."""

    card_prefix: str = Field(default=card_numbers.USUAL_PREFIX, pattern=f"^{card_numbers.PREFIX.pattern}$")
    """With what the thirteen digits begin of cards for members who join by themselves: 2 to 6 digits, first a 2."""

    trusted_documents: Path | None = None
    """A JSON file of GraphQL documents by their ids, which GET serves as well."""

    outbound_hosts: Annotated[frozenset[str], NoDecode] = frozenset()
    """Hosts (HOST or HOST:PORT) that a sandbox may reach though they are not public: webhooks, clients' key sets."""

    log_format: Literal["console", "json"] = "console"
    """Lines for people, or for machines."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @field_validator("origins", "outbound_hosts", "trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, origins: object) -> object:
        return tuple(origins.replace(",", " ").split()) if isinstance(origins, str) else origins

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ip_network(proxy)) for proxy in proxies)

    @field_validator("database_url")
    @classmethod
    def _one_scheme(cls, url: str | None) -> str | None:
        if url is None:
            return None
        scheme, separator, rest = url.partition("://")
        if not separator or scheme not in {"postgres", "postgresql"}:
            message = "a PostgreSQL address begins with postgresql://"
            raise ValueError(message)
        return f"postgresql://{rest}"

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        parts = urlsplit(url.get_secret_value()) if url else None
        if parts and not (parts.scheme in {"smtp", "smtps"} and parts.hostname):
            message = "a mail server is named like smtp://user:password@mail.example.org:587"
            raise ValueError(message)
        return url

    @model_validator(mode="after")
    def _public_address(self) -> Self:
        issuer = self.issuer.rstrip("/") or origin(self.host, self.port)
        object.__setattr__(self, "issuer", issuer)
        if not self.mail_from:
            object.__setattr__(self, "mail_from", f"no-reply@{urlsplit(issuer).hostname or 'localhost'}")
        return self

    def key(self) -> bytes:
        """The secret key; the first server to ask makes one that only its own user can read.

        Raises: UnsafeSecret.
        """
        if self.secret_key is not None:
            key = self.secret_key.get_secret_value().encode()
        else:
            key = _kept_key(self.home / "secret.key")
        if len(key) < SHORTEST_KEY:
            message = f"The secret key has {len(key)} bytes; at least {SHORTEST_KEY} are needed."
            raise UnsafeSecret(message)
        return key


def origin(host: str, port: int) -> str:
    """The address of a server that listens here; passkeys are for names, so this machine has one."""
    name = "localhost" if host == "127.0.0.1" else f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = f"Others can read {path}: make a new key, or chmod 600 it if nobody did."
        raise UnsafeSecret(message)
    return path.read_bytes().strip()


def _make_key(path: Path) -> None:
    """Written aside and linked into place, so that of two first starters both read the same whole key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    aside.touch(mode=0o600, exist_ok=False)
    aside.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


class InvalidSettings(Exception):
    """A variable of the environment has a value that cannot be used; the message names it and never its value."""


def load(**given: object) -> Settings:
    """The settings of the environment; what is given and not None (an option of a command) goes before it.

    Raises: InvalidSettings.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as problem:
        lines = [f"{_variable(error['loc'])}: {error['msg']}" for error in problem.errors(include_input=False)]
        raise InvalidSettings("\n".join(lines)) from None


def variables() -> list[str]:
    """The variables that are read, as docs/configuration.md lists them."""
    return [_variable((field.validation_alias or name,)) for name, field in Settings.model_fields.items()]


def _variable(location: tuple[object, ...]) -> str:
    name = str(location[0]) if location else "settings"
    return name if name == "PG_BIN" else f"HANSA_{name.upper()}"

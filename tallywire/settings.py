"""Settings, from the environment (TALLYWIRE_…) and the command line."""

from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gql.addresses import LOOPBACK

# Each can stand in a file of its own instead, named by the setting with `_file` behind it.
SECRETS_IN_FILES = ("database_url", "broadcast_url", "follow_token", "metrics_token")


class SecretFileError(Exception):
    """A file that a secret stands in cannot be read; says which."""


class Settings(BaseSettings):
    """Times are seconds. Without `database_url`, PostgreSQL is started in `data_dir`."""

    model_config = SettingsConfigDict(env_prefix="TALLYWIRE_")

    database_url: str | None = Field(None, repr=False, description="PostgreSQL 15 or newer, as postgresql://…")
    database_url_file: Path | None = Field(None, description="A file that holds that URL, as secrets are mounted.")
    data_dir: Path = Field(
        Path(platformdirs.user_data_dir("tallywire", appauthor=False)),
        description="Where the embedded PostgreSQL keeps its files.",
    )
    migrate: bool = Field(
        True, description="A start brings the tables up to date; else it ends where they are older: tallywire migrate."
    )
    database_name: str = Field("tallywire", description="The database inside the embedded PostgreSQL.")
    database_patience_seconds: float = Field(
        20.0,
        gt=0,
        le=600,
        description="A statement of a request that takes longer is given up; who sent a tally keeps it.",
    )
    broadcast_url: str = Field(
        "memory://",
        repr=False,
        description="The doorbell: memory://, postgres:// (the database itself, or another by URL) or redis://…",
    )
    broadcast_url_file: Path | None = Field(None, description="A file that holds that URL.")
    log_format: Literal["text", "json"] = Field(
        "text", description="How the log is written on standard error: for people, or one JSON object a line."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="From which level on tallywire's own lines are written; libraries' from WARNING on."
    )
    log_slow_seconds: float = Field(2.0, gt=0, description="An answer that took longer than this is in the log.")
    metrics_token: SecretStr | None = Field(
        None, description="Who asks for /metrics must send it as Authorization: Bearer …; without it nobody need."
    )
    metrics_token_file: Path | None = Field(None, description="A file that holds that token.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="The port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=64, description="So many processes serve, each on a core of its own.")
    port_each: bool = Field(
        False, description="Each worker listens on a port of its own, counted from the first; else all on one."
    )
    end_seconds: float = Field(
        25.0, ge=3, le=600, description="Ending takes so long at most: readers leave, writers finish, all is closed."
    )
    end_spread_seconds: float = Field(
        10.0, ge=0, le=300, description="At the end readers are told to come back one after another, over so long."
    )
    end_notice_seconds: float = Field(
        0.0, ge=0, le=300, description="Before that, /readyz says 503 for so long while everything goes on."
    )
    tick_seconds: float = Field(0.1, ge=0, description="At most one update of results a tick.")
    heartbeat_seconds: float = Field(15.0, gt=0, description="At least one update of results so often.")
    reader_buffer_bytes: int = Field(
        262_144, gt=0, description="So much may wait to go out to a subscriber before it counts as slow."
    )
    allowed_origins: list[str] = Field(
        ["*"], description="Pages of these origins may use /graphql, as a JSON list; the own origin always may."
    )
    ws: Literal["direct", "asgi"] = Field(
        "direct", description="How WebSockets are written: straight to the transport, or through plain ASGI."
    )
    ws_max_size: int = Field(
        1_000_000, gt=0, description="The largest WebSocket message taken from a client, in bytes."
    )
    ws_compression: bool = Field(False, description="Offer permessage-deflate; costs CPU and memory a connection.")
    ws_ping_seconds: float = Field(
        45.0, gt=0, description="A WebSocket is pinged so often, and closed where no answer comes for as long."
    )
    ledger_name: str = Field(
        "localhost",
        pattern=r"^[A-Za-z0-9._:-]+(/[A-Za-z0-9._:-]+)*$",
        description="Who signs the log, as a host name or address without its scheme; it begins every log's origin.",
    )
    ledger_key: SecretStr | None = Field(
        None, description="The private key that signs the log, in PEM or base64, instead of a file."
    )
    ledger_key_file: Path | None = Field(
        None, description="The file of that key; else ledger-key.pem in the data folder, made at the first start."
    )
    ledger_seal_seconds: float = Field(
        2.0, gt=0, le=10, description="The log is sealed and signed so often while it grows."
    )
    follow: str | None = Field(
        None, description="The origin, as http(s)://…: serve its elections as a verified copy that only reads."
    )
    follow_keys: list[str] = Field(
        [], description="The origin's keys as `tallywire key` prints them, as a JSON list; else those met first."
    )
    follow_token: SecretStr | None = Field(None, description="A token to read at the origin, where it wants one.")
    follow_token_file: Path | None = Field(None, description="A file that holds that token.")
    witness_key_file: Path | None = Field(
        None,
        description="A follower cosigns the heads that it verified with the key in this file; made at the first start.",
    )
    witnesses: list[str] = Field(
        [],
        description="Who cosigns this log's heads: each as its key, a space and its address, as a JSON list of texts.",
    )
    cut_seconds: float = Field(
        60.0, ge=0.1, le=3_600, description="A numbered cut of all results is made so often while anything changes."
    )
    readers_need_token: bool = Field(False, description="Only holders of a token read, once counting has opened too.")
    limits: dict[str, int | None] = Field(
        {}, description="Limits other than the table's, by name, as a JSON object; null turns one off."
    )
    unlimited_addresses: list[str] = Field(
        list(LOOPBACK), description="Networks whose requests are not counted by address or token, as a JSON list."
    )
    introspection: bool = Field(True, description="Whether the schema may be asked for over the API.")
    trusted_documents: Path | None = Field(
        None, description="A file of trusted documents, as `tallywire trusted-documents collect` writes it."
    )
    only_trusted_documents: bool = Field(False, description="Answer no documents but those, and those of the pages.")
    graphiql: bool = Field(True, description="Whether a browser on /graphql is shown GraphiQL.")
    evidence_url: str | None = Field(
        None, description="Where photographs are stored: file:///…, s3://bucket/path or memory:///."
    )
    evidence_bytes_max: int = Field(20_000_000, gt=0, description="Bytes of one photograph.")
    evidence_pixels_max: int = Field(60_000_000, gt=0, description="Pixels of one photograph, width × height.")
    evidence_uploads_per_hour: int = Field(300, gt=0, description="Photographs that one token may send an hour.")
    evidence_bytes_per_hour: int = Field(
        1_000_000_000, gt=0, description="Bytes of photographs that one token may send an hour."
    )

    @model_validator(mode="after")
    def _read_secrets(self) -> "Settings":
        """What stands in a file is as good as given; what was given itself goes first. Raises SecretFileError."""
        for name in SECRETS_IN_FILES:
            path: Path | None = getattr(self, f"{name}_file")
            if path is None or name in self.model_fields_set:
                continue
            try:
                secret = path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SecretFileError(f"TALLYWIRE_{name.upper()}_FILE: {path} cannot be read: {error}") from error
            setattr(self, name, SecretStr(secret) if name.endswith("token") else secret)
        return self

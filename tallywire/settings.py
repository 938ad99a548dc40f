"""Settings, from the environment (TALLYWIRE_…) and the command line."""

from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Times are seconds. Without `database_url`, PostgreSQL is started in `data_dir`."""

    model_config = SettingsConfigDict(env_prefix="TALLYWIRE_")

    database_url: str | None = Field(None, description="PostgreSQL 15 or newer, as postgresql://…")
    data_dir: Path = Field(
        Path(platformdirs.user_data_dir("tallywire", appauthor=False)),
        description="Where the embedded PostgreSQL keeps its files.",
    )
    database_name: str = Field("tallywire", description="The database inside the embedded PostgreSQL.")
    broadcast_url: str = Field("memory://", description="The doorbell: memory://, postgres://… or redis://…")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="The port to listen on; 0 takes a free one.")
    tick_seconds: float = Field(0.1, ge=0, description="At most one update of results a tick.")
    heartbeat_seconds: float = Field(15.0, gt=0, description="At least one update of results so often.")
    readers_need_token: bool = Field(False, description="Only holders of a token read, once counting has opened too.")
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

"""Every setting of the product, typed, read once from `LECTERN_*` environment variables.

The table in the README is generated from this class (`make settings-table`) and a test keeps
it complete.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent
_SOCKET_PATH_LIMIT = 90
"""A unix socket's path may have 107 bytes; the names below the folder need the rest."""


class Settings(BaseSettings):
    """Read from the environment; see each field's description."""

    model_config = SettingsConfigDict(env_prefix="LECTERN_", extra="ignore", frozen=True)

    home: Path = Field(
        REPOSITORY / ".lectern", description="Folder for everything the product keeps."
    )
    mode: Literal["local", "class"] = Field(
        "local", description="`local`: one person, one computer. `class`: the same for a course."
    )
    database_url: str = Field(
        "", description="SQLAlchemy address; empty: SQLite in `LECTERN_HOME`."
    )
    broker_url: str = Field(
        "", description="Redis or Valkey address; empty: the launcher starts its own."
    )
    host: str = Field("127.0.0.1", description="Address the API listens on (loopback only).")
    port: int = Field(8000, description="Port of the API; the next free one if it is taken.")
    ui_port: int = Field(8501, description="Port of the page; the next free one if it is taken.")
    model: str = Field(
        "whisper-base",
        description="`whisper-base`, `tiny.en`, any faster-whisper name, or a CTranslate2 folder.",
    )
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="Where the model runs.")
    compute_type: str = Field(
        "int8", description="CTranslate2 compute type, e.g. `float16` on GPU."
    )
    streams: int = Field(
        0, ge=0, description="Recogniser streams of one thread each; 0: one for each core."
    )
    max_audio_s: float = Field(
        12 * 3600.0, gt=0, description="Longest recording accepted, in seconds."
    )
    max_upload_bytes: int = Field(4 * 1024**3, gt=0, description="Largest file accepted, in bytes.")
    lease_s: float = Field(
        60.0, gt=0, description="Seconds after which the work of a silent process is taken back."
    )
    max_attempts: int = Field(
        3, ge=1, description="Times a window is tried on one rung before the next one is used."
    )
    unused_upload_h: float = Field(
        24.0, gt=0, description="Hours after which an upload nobody transcribed is deleted."
    )
    corpora: Path = Field(
        REPOSITORY.parent / "shared" / "corpora",
        description="Folder with corpora of real speech for evaluation and tests.",
    )

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force."""
        return self.database_url or f"sqlite:///{self.home / 'lectern.db'}"

    @property
    def broker(self) -> str:
        """The broker's address in force: the launcher's private unix socket by default."""
        return self.broker_url or f"redis+socket://{self.run_dir / 'broker.sock'}"

    @property
    def run_dir(self) -> Path:
        """Folder of sockets and process files, short enough for a unix socket's path."""
        own = self.home.absolute() / "run"
        if len(str(own)) <= _SOCKET_PATH_LIMIT:
            return own
        digest = hashlib.sha256(str(own).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"lectern-{os.getuid()}-{digest}"

    @property
    def decoder_socket(self) -> Path:
        return self.run_dir / "decoder.sock"

    @property
    def token_path(self) -> Path:
        return self.home / "token"

    @property
    def storage_dir(self) -> Path:
        return self.home / "storage"

    @property
    def models_dir(self) -> Path:
        return self.home / "models"

    @property
    def stream_count(self) -> int:
        """Recogniser streams in force; one for each core this process may use."""
        return self.streams or len(os.sched_getaffinity(0))


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()

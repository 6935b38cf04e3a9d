"""Every setting of the product, typed, read once from `LECTERN_*` environment variables.

The table in the README is generated from this class (`make settings-table`) and a test keeps
it complete.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, PositiveFloat, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent
_SOCKET_PATH_LIMIT = 90
"""A unix socket's path may have 107 bytes; the names below the folder need the rest."""
_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_-][A-Za-z0-9._-]*)*/?")
STANDARD_S = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Pauses between attempts, as Standard Webhooks suggests: 3 days and 3 hours in all."""
_ORIGIN = re.compile(r"https?://[^/\s]+/?")


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
        "",
        description="`postgresql://user:password@host/name`; empty: SQLite in `LECTERN_HOME`.",
    )
    broker_url: str = Field(
        "", description="Redis or Valkey address; empty: the launcher starts its own."
    )
    storage_url: str = Field(
        "",
        description="`s3://bucket/prefix` with the usual `AWS_*`; empty: a folder in"
        " `LECTERN_HOME`.",
    )
    s3_endpoint: str = Field(
        "",
        description="Address of an S3 server that is not Amazon's (MinIO, Garage, Ceph …).",
    )
    s3_allow_http: bool = Field(
        False,
        validate_default=True,
        description="Speak to that server without encryption; recordings can be overheard.",
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
    window_timeout_s: float = Field(
        900.0,
        gt=0,
        description="Seconds after which a model that does not answer is ended with its process.",
    )
    decode_ahead_s: float = Field(
        60.0,
        gt=0,
        description="Seconds of work for the recogniser that are decoded ahead; short jobs and"
        " owners with nothing in hand are let through.",
    )
    max_wait_h: float = Field(
        24.0,
        gt=0,
        description="Hours: a job that would be ready later than that is refused at once.",
    )
    max_unfinished_jobs: int = Field(
        10_000, ge=1, description="Unfinished jobs from which on more are refused, fair by owner."
    )
    max_uploads: int = Field(16, ge=1, description="Uploads one owner may send at the same time.")
    max_requests: int = Field(
        64,
        ge=1,
        description="Requests answered at once, of each kind: short ones, those that wait for a"
        " job, and those that send or fetch a recording.",
    )
    min_free_bytes: int = Field(
        256 * 1024**2, ge=0, description="Bytes of storage that uploads leave free."
    )
    unused_upload_h: float = Field(
        24.0, gt=0, description="Hours after which an upload nobody transcribed is deleted."
    )
    max_archive_files: int = Field(1000, ge=1, description="Files in a ZIP of recordings at most.")
    max_archive_bytes: int = Field(
        16 * 1024**3, gt=0, description="Bytes that are unpacked of a ZIP at most."
    )
    price_per_minute: Decimal | None = Field(
        None, ge=0, le=1000, description="Price of a minute of audio; not set: no price is shown."
    )
    currency: str = Field(
        "EUR", pattern="^[A-Z]{3}$", description="Code of the currency of that price (ISO 4217)."
    )
    features_bytes: int = Field(
        2 * 1024**3,
        ge=0,
        description="Bytes of encoder features kept, so that a recording is transcribed again"
        " faster; 0: none.",
    )
    features_h: float = Field(
        24.0, ge=0, description="Hours for which they are kept at most; 0: not at all."
    )
    preview_s: float = Field(
        300.0,
        gt=0,
        description="Seconds of a recording on which the effect of a domain is shown.",
    )
    public_address: str = Field(
        "",
        description="Where links to transcripts lead, e.g. `https://lectern.example.org`; empty:"
        " to this computer only.",
    )
    webhook_networks: str = Field(
        "",
        description="Networks besides the public internet to which webhooks may be sent, also over"
        " http, e.g. `127.0.0.0/8, 192.168.1.0/24`.",
    )
    webhook_timeout_s: float = Field(
        15.0, gt=0, le=60, description="Seconds in which a receiver must have answered."
    )
    webhook_retry_s: tuple[PositiveFloat, ...] = Field(
        STANDARD_S,
        description="Seconds between attempts at one message, as a JSON list.",
    )
    webhook_pause_days: float = Field(
        5.0, gt=0, description="Days of nothing but failures after which a webhook is paused."
    )
    event_days: float = Field(
        30.0, gt=0, description="Days for which messages, sent or not, are kept."
    )
    smtp_host: str = Field("", description="Mail server; empty: no mails are sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="`starttls` (port 587), `tls` (port 465), or `none`."
    )
    smtp_user: str = Field("", description="Name to sign in with; empty: without.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of that name.")
    mail_from: str = Field("", description="Sender of mails; needed with a mail server.")
    mail_to: str = Field(
        "",
        validate_default=True,
        description="Who is told when a batch is done or stuck; several with commas.",
    )
    mail_stuck_min: float = Field(
        60.0, gt=0, description="Minutes in which nothing moves before a mail says so."
    )
    mail_names: bool = Field(
        False, description="Tell the names of files in mails; else failed ones are told by id."
    )
    share_days: float = Field(14.0, gt=0, description="Days for which a link works.")
    max_share_days: float = Field(90.0, gt=0, description="Most days a link may be made for.")
    corpora: Path = Field(
        REPOSITORY.parent / "shared" / "corpora",
        description="Folder with corpora of real speech for evaluation and tests.",
    )

    @field_validator("storage_url")
    @classmethod
    def _bucket(cls, url: str) -> str:
        if url and not _BUCKET.fullmatch(url):
            raise ValueError("it must look like s3://bucket or s3://bucket/prefix")
        return url.rstrip("/")

    @field_validator("s3_endpoint", "public_address")
    @classmethod
    def _origin(cls, address: str) -> str:
        if address and not _ORIGIN.fullmatch(address):
            raise ValueError("it must look like https://host or https://host:port")
        return address.rstrip("/")

    @field_validator("s3_allow_http")
    @classmethod
    def _said_so(cls, allowed: bool, info: ValidationInfo) -> bool:
        if str(info.data.get("s3_endpoint", "")).startswith("http:") and not allowed:
            raise ValueError(
                "recordings would travel to LECTERN_S3_ENDPOINT unencrypted; use https"
                " there, or set this to true if nobody can listen"
            )
        return allowed

    @field_validator("webhook_networks")
    @classmethod
    def _networks(cls, listed: str) -> str:
        for each in listed.split(","):
            if each.strip():
                ip_network(each.strip())
        return listed

    @field_validator("mail_to")
    @classmethod
    def _addressed(cls, to: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_host"):
            for name, value in (("FROM", info.data.get("mail_from", "")), ("TO", to)):
                if "@" not in value or "\n" in value or "\r" in value:
                    raise ValueError(f"LECTERN_MAIL_{name} must have a mail address")
        return to

    @property
    def mails(self) -> bool:
        """Whether there is a server to hand mails to."""
        return bool(self.smtp_host)

    @property
    def page_url(self) -> str:
        """Where people reach the page."""
        return self.public_address or f"http://{self.host}:{self.ui_port}"

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
    def spool_dir(self) -> Path:
        """Copies of remote objects that the decoder reads, without names while they last."""
        return self.home / "spool"

    @property
    def models_dir(self) -> Path:
        return self.home / "models"

    @property
    def features_dir(self) -> Path:
        return self.home / "features"

    @property
    def stream_count(self) -> int:
        """Recogniser streams in force; one for each core this process may use."""
        return self.streams or len(os.sched_getaffinity(0))


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()

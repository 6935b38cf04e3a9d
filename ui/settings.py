"""Where the API is and where its token lies; from the environment, like the API's own settings."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read from `LECTERN_*` variables."""

    model_config = SettingsConfigDict(env_prefix="LECTERN_", extra="ignore", frozen=True)

    home: Path = Field(
        REPOSITORY / ".lectern", description="Folder for everything the product keeps."
    )
    api_url: str = Field("http://127.0.0.1:8000", description="Where the front ends find the API.")

    public_address: str = Field("", description="Where links to transcripts lead; see the API's.")

    def token(self) -> str | None:
        """The local owner's token; None until the API has been started once.

        Read anew each time: the page may be up before the API has made the file.
        """
        try:
            return (self.home / "token").read_text().strip() or None
        except OSError:
            return None


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()

"""The Hugging Face hub: which files a dataset has at a revision, with sizes and sums.

`huggingface_hub` asks the API; the files themselves come through our own downloader, so that
resume, sums and refusals are the same for every home. `HF_ENDPOINT` names another hub, `HF_TOKEN`
(or `hf auth login`) whoever has accepted a dataset's terms.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx
from huggingface_hub import HfApi, get_token, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from data.acquisition.download import Wanted
from data.acquisition.errors import AcquisitionError, Unreachable

_ADDRESS: Final = re.compile(r"hub:([\w.-]+/[\w.-]+)@([\w./-]+?):(.+)")


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file of a dataset; the sum is that of Git LFS, empty for small files."""

    path: str
    size: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset at one commit."""

    repo: str
    commit: str
    licence: str
    files: tuple[HubFile, ...]


def endpoint() -> str:
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def dataset(repo: str, revision: str) -> Dataset:
    """What the hub says of a dataset.

    Raises:
        AcquisitionError: there is no such dataset or revision, or it is closed to us.
        Unreachable: the hub does not answer.
    """
    where = f"the dataset {repo} at {revision} on {endpoint()}"
    try:
        info = HfApi(endpoint=endpoint()).dataset_info(
            repo, revision=revision, files_metadata=True, timeout=30
        )
    except GatedRepoError as error:
        raise AcquisitionError(
            f"{where} is behind terms: accept them on {endpoint()}/datasets/{repo} and set"
            " HF_TOKEN to a token of your account."
        ) from error
    except RevisionNotFoundError as error:
        raise AcquisitionError(f"There is no revision {revision} of {repo}.") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise _unknown(repo) from error
    except (HfHubHTTPError, httpx.HTTPError) as error:
        response = getattr(error, "response", None)
        if response is not None and response.status_code == HTTPStatus.NOT_FOUND:
            raise _unknown(repo) from error
        raise Unreachable(f"{where} cannot be asked: {error}") from error
    licence = info.card_data.get("license") if info.card_data else ""
    return Dataset(
        repo=repo,
        commit=info.sha or revision,
        licence=", ".join(licence) if isinstance(licence, list) else str(licence or ""),
        files=tuple(
            HubFile(each.rfilename, each.size, each.lfs.sha256 if each.lfs else "")
            for each in info.siblings or ()
        ),
    )


def _unknown(repo: str) -> AcquisitionError:
    return AcquisitionError(
        f"There is no dataset {repo} on {endpoint()}, or it is private: set HF_TOKEN."
    )


def wanted(repo: str, commit: str, path: str, name: str, size: int | None, sha256: str) -> Wanted:
    """How a file of a dataset is downloaded, with the user's token if there is one."""
    url = hf_hub_url(repo, path, repo_type="dataset", revision=commit, endpoint=endpoint())
    return Wanted(name, (url,), size, sha256, _headers())


def resolved(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses in which `hub:OWNER/DATASET@REVISION:PATH` is spelled out."""
    out = []
    for url in urls:
        if match := _ADDRESS.fullmatch(url):
            repo, revision, path = match.groups()
            url = hf_hub_url(
                repo, path, repo_type="dataset", revision=revision, endpoint=endpoint()
            )
        elif url.startswith("hub:"):
            raise AcquisitionError(f"{url} is not of the form hub:OWNER/DATASET@REVISION:PATH.")
        out.append(url)
    return tuple(out)


def headers(urls: tuple[str, ...]) -> dict[str, str]:
    """The user's token, for files of the hub alone."""
    return _headers() if any(url.startswith("hub:") for url in urls) else {}


def _headers() -> dict[str, str]:
    token = get_token()
    return {"Authorization": f"Bearer {token}"} if token else {}

"""The page's server: Streamlit, the proxy to the API beside it, the doorkeeper before both.

    python -m streamlit run ui/main.py --server.port 8501 --server.address 127.0.0.1

from the checkout, where `.streamlit/config.toml` has the look and the rest of the settings.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.middleware import Middleware
from streamlit.starlette import App

from ui import index
from ui.guard import Guard
from ui.proxy import Proxy
from ui.settings import get_settings

PAGES = ("/", "/transcribe", "/library", "/transcript", "/walkthrough")
proxy = Proxy(get_settings())


@asynccontextmanager
async def _lifespan(_: App) -> AsyncIterator[dict[str, Any] | None]:
    yield None
    await proxy.close()


app = App(
    Path(__file__).with_name("shell.py"),
    routes=[proxy.route, *index.routes(PAGES)],
    middleware=[Middleware(Guard)],
    lifespan=_lifespan,
)

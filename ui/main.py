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
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from streamlit.starlette import App

from ui import index, switching
from ui.guard import Guard
from ui.leaving import prompt_exit
from ui.parts import guest
from ui.proxy import Proxy
from ui.settings import get_settings

PAGES = (
    "/",
    "/transcribe",
    "/library",
    "/projects",
    "/domains",
    "/transcript",
    "/compare",
    "/quality",
    "/models",
    "/walkthrough",
    "/settings",
)
HERE = Path(__file__).parent
# Streamlit would look for them beside its script; that one lies among the pages, because Streamlit
# runs a folder `pages` beside its script by itself, without the shell
FONTS = Mount("/app/static/fonts", StaticFiles(directory=HERE / "static" / "fonts"))
SCRIPTS = Mount("/app/static/scripts", StaticFiles(directory=HERE / "static" / "scripts"))
proxy = Proxy(get_settings())


@asynccontextmanager
async def _lifespan(_: App) -> AsyncIterator[dict[str, Any] | None]:
    with prompt_exit(proxy.end_streams):
        yield None
    await proxy.close()


app = App(
    HERE / "pages" / "shell.py",
    routes=[
        proxy.route,
        *guest.routes(),
        switching.route(PAGES),
        FONTS,
        SCRIPTS,
        *index.routes(PAGES),
    ],
    middleware=[Middleware(Guard, public_address=get_settings().public_address)],
    lifespan=_lifespan,
)

"""The application: `create_app()`, which `refnet serve` runs and any ASGI server can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI

from refnet.api import (
    affiliates,
    customers,
    document,
    influence,
    leaving,
    pages,
    problems,
    programme,
    queries,
    segments,
    success,
)
from refnet.api.asked import known_parameters
from refnet.api.guard import Guard
from refnet.api.worked import Worked
from refnet.core.settings import Settings, load_settings
from refnet.graph.asynchronous import AsyncGraph
from refnet.graph.connection import resolve


def create_app(settings: Settings | None = None, *, graph: AsyncGraph | None = None) -> FastAPI:
    """The API over one graph.

    Args:
        settings: unset: from the environment and .env.
        graph: open already, and closed by whoever opened it; unset: opened for as long as the app lives, at
            NEO4J_URI, or on the local engine.
    """
    settings = settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _opened(graph, settings) as found:
            app.state.graph = found
            app.state.worked = Worked(found, settings)
            app.state.turns = asyncio.Semaphore(queries.AT_ONCE)
            try:
                yield
            finally:
                app.state.worked.close()

    app = FastAPI(
        title="refnet",
        version=version("refnet"),
        description=document.DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # A path with one slash too many is not the same address.
        redirect_slashes=False,
    )
    app.state.settings = settings
    v1 = APIRouter(prefix="/v1")
    only_known = [Depends(known_parameters)]
    v1.include_router(success.customers, dependencies=only_known)  # before the customer whose id may hold a /
    v1.include_router(success.router, dependencies=only_known)
    v1.include_router(leaving.router, dependencies=only_known)  # before customers, whose ids have any path
    for room in (customers.router, customers.advocates, influence.router, segments.router, programme.router):
        v1.include_router(room, dependencies=only_known)
    v1.include_router(affiliates.router, dependencies=only_known)
    v1.include_router(queries.router)  # its parameters are the queries' own
    app.include_router(v1)
    app.include_router(pages.router)
    pages.mount(app)
    problems.install(app)
    keys = words(settings.api_keys.get_secret_value() if settings.api_keys else "")
    app.add_middleware(Guard, keys=keys, hosts=words(settings.api_hosts or ""))
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(document.document(app, keys=bool(keys)))
        return made

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def words(text: str) -> list[str]:
    """What is between the commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


@asynccontextmanager
async def _opened(graph: AsyncGraph | None, settings: Settings) -> AsyncIterator[AsyncGraph]:
    if graph is not None:
        yield graph
        return
    at, engine = await asyncio.to_thread(resolve, settings=settings)
    async with AsyncGraph(at, find=(lambda: resolve(settings=settings)[0]) if engine else None) as opened:
        yield opened

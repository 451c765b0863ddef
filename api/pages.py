"""What is not under /v1: health, the pages for readers, what each kind of problem is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Match
from starlette.staticfiles import StaticFiles

from refnet.api import problems
from refnet.api.models import Model

STATIC = Path(__file__).parent / "static"
_READY_SECONDS = 2.0
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

router = APIRouter()


class Health(Model):
    """That it runs."""

    status: Literal["alive", "ready"]


@router.get("/healthz", response_model=Health, tags=["health"])
async def alive() -> dict[str, str]:
    """The API runs."""
    return {"status": "alive"}


@router.get("/readyz", response_model=Health, tags=["health"])
async def ready(request: Request) -> dict[str, str]:
    """The API runs and the graph answers."""
    await request.app.state.graph.within(_READY_SECONDS).verify()
    return {"status": "ready"}


@router.get("/problems/{name}", response_class=PlainTextResponse, include_in_schema=False)
async def about(name: str) -> str:
    """What a kind of problem is."""
    if name not in problems.KINDS:
        raise HTTPException(404)
    kind = problems.KINDS[name]
    return f"{kind.title} (HTTP {kind.status})\n\n{kind.about}\n"


_DOCS = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>refnet: the API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript; openapi.json has the same for programs.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/begin.js"></script>
</body>
</html>
"""
_BEGIN = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null, tryItOutEnabled: true,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout",
});
"""
_NO_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>refnet</title></head>
<body>
<p>The refnet API runs here: <a href="docs">its documentation</a>, <a href="openapi.json">OpenAPI</a>.</p>
<p>The page itself is not built in this copy: <code>make page</code> builds it.</p>
</body>
</html>
"""
_SWAGGER = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


@router.get("/docs", include_in_schema=False)
async def docs() -> Response:
    """The documentation, from this server alone."""
    return HTMLResponse(_DOCS)


@router.get("/docs/{name}", include_in_schema=False)
async def docs_file(name: str) -> Response:
    """Swagger's files, out of the package that carries them."""
    if name == "begin.js":
        return Response(_BEGIN, media_type="text/javascript")
    if name not in _SWAGGER:
        raise HTTPException(404)
    # Found, not imported: only its files are of use here.
    spec = importlib.util.find_spec("fastapi_offline")
    for place in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(place) / "static" / name).is_file():
            return FileResponse(path, media_type=_SWAGGER[name])
    raise HTTPException(404)


@router.get("/favicon.ico", include_in_schema=False)
async def icon() -> Response:
    """What browsers ask for beside any page."""
    return RedirectResponse("icon.svg") if (STATIC / "icon.svg").is_file() else Response(status_code=204)


def mount(app: FastAPI) -> None:
    """The page at /, or a sentence where it is not built."""
    routes = list(app.routes)

    @app.api_route("/v1/{rest:path}", methods=_METHODS, include_in_schema=False)
    async def nothing_there(request: Request) -> Response:
        # Else the page's files would be looked through for it, and GET be said to be allowed.
        allowed = [
            method
            for method in _METHODS
            if any(r.matches({**request.scope, "method": method})[0] is Match.FULL for r in routes)
        ]
        if allowed:
            raise HTTPException(405, headers={"Allow": ", ".join(allowed)})
        raise HTTPException(404)

    if (STATIC / "index.html").is_file():
        app.mount("/", StaticFiles(directory=STATIC, html=True), name="page")
        return

    @app.get("/", include_in_schema=False)
    async def no_page() -> Response:
        return HTMLResponse(_NO_PAGE)

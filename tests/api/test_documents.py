"""What docs/api.md says is what the API does."""

import re
import shlex
from pathlib import Path

import httpx

from refnet.api import create_app, problems
from refnet.core.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text()
README = (ROOT / "README.md").read_text()
# The demo's people, in the village.
HERE = {"c-0004154": "ann", "c-0007556": "ben", "c-0004724": "dan", "diet%3Avegan": "plan%3Aplus"}


def test_every_line_of_curl_is_answered(api: httpx.Client) -> None:
    asked = 0
    for line in f"{TEXT}\n{README}".splitlines():
        if not line.lstrip().startswith("curl "):
            continue
        for there, here in HERE.items():
            line = line.replace(there, here)
        words = shlex.split(line.replace("$api/", "").replace("http://127.0.0.1:8321/v1/", ""))
        path = words[2]
        if "-d" in words:
            answer = api.post(f"/v1/{path}", content=words[-1], headers={"Content-Type": "application/json"})
        else:
            answer = api.get(f"/v1/{path}")
        assert answer.status_code == 200, f"{line}: {answer.text}"
        asked += 1
    assert asked >= 13


def test_every_problem_and_every_address_is_there() -> None:
    assert set(re.findall(r"/problems/([a-z-]+)", TEXT)) == set(problems.KINDS)
    for kind in problems.KINDS.values():
        assert re.search(rf"/problems/{kind.name}`.*\| {kind.status} \|", TEXT), kind.name
    paths = create_app(Settings(_env_file=None)).openapi()["paths"]
    for path in paths:
        said = re.sub(r"\{[a-z]+_id\}", "{id}", path).removeprefix("/v1/")
        assert said in TEXT, path

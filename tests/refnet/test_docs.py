"""What the documents say is what there is."""

import re
from dataclasses import fields
from pathlib import Path

from typer.main import get_command

from bench import SECTIONS
from refnet.analysis.success.affiliates.structure import Structure, given_in, structure_of
from refnet.cli import app
from refnet.core.settings import Settings, load_settings
from refnet.graph import catalogue
from refnet.loaders import TABLES, dry_run
from refnet.loaders.sources import Catalogue
from refnet.loaders.sources.changes import CHANGES
from refnet.loaders.sources.mapping import _OF_ROWS, Taken, read_mapping

ROOT = Path(__file__).parents[2]


def test_every_column_is_documented() -> None:
    lines = (ROOT / "docs" / "loading.md").read_text().splitlines()
    for table in TABLES.values():
        columns = ", ".join(f"**{c.name}**" if c.required else c.name for c in table.columns)
        assert f"- `{table.name}`: {columns}" in lines


def test_every_source_and_change_is_documented() -> None:
    lines = (ROOT / "docs" / "loading.md").read_text().splitlines()
    for mapping in Catalogue(Settings()).all.values():
        assert f"| `{mapping.name}` | {mapping.about} | {', '.join(mapping.tables)} |" in lines
    text = (ROOT / "docs" / "sources.md").read_text()
    for change in CHANGES:
        assert f"| `{change}` |" in text
    for key in (*_OF_ROWS, *(field.alias or name for name, field in Taken.model_fields.items())):
        assert f"`{key}`" in text


def test_the_documented_mapping_is_one(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "sources.md").read_text()
    (tmp_path / "our-shop.toml").write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert read_mapping(tmp_path / "our-shop.toml").tables == ["customers", "referrals"]


def test_the_documented_refunds_are_some(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "sources.md").read_text()
    block = text.split("## Money given back")[1].split("```toml\n")[1].split("```")[0]
    (tmp_path / "ours.toml").write_text(f'about = "x"\nrecognised_by = ["a"]\n{block}', encoding="utf-8")
    assert len(read_mapping(tmp_path / "ours.toml").rows[0].refunds) == 2


def test_the_documented_webhook_is_loaded(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "sources.md").read_text()
    (tmp_path / "sources").mkdir()
    mapping = text.split("## A delete webhook")[1].split("```toml\n")[1].split("```")[0]
    (tmp_path / "sources" / "our-webhooks.toml").write_text(mapping, encoding="utf-8")
    (tmp_path / "events.jsonl").write_text(text.split("```json\n")[1].split("```")[0], encoding="utf-8")
    told = dry_run(tmp_path / "events.jsonl", settings=load_settings(home=tmp_path))
    assert [(each.table, each.rows_loaded, each.rows_rejected) for each in told.tables] == [
        ("removals", 1, 0), ("removals", 1, 0), ("customers", 1, 0),
    ]  # fmt: skip


def test_the_documented_commission_is_one(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "success.md").read_text()
    (tmp_path / "new.toml").write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    given = given_in(tmp_path / "new.toml")
    assert given.keys() == {field.name for field in fields(Structure)}
    assert structure_of(given).tiers[0].at == 50


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "graph.md").read_text()
    for name, field in Settings.model_fields.items():
        assert f"| `{field.validation_alias or f'REFNET_{name.upper()}'}` |" in text
        assert str(field.description) in text


def test_commands_and_queries_in_the_documents_exist() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    texts = [p.read_text() for p in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]]
    for text in texts:
        for name in re.findall(r"refnet query ([a-z-]+/[a-z-]+)", text):
            assert name in catalogue()
        for name in re.findall(r"`(?:\.venv/bin/)?refnet ([a-z][a-z-]*)", text):
            assert name in commands, name
    for name, command in commands.items():
        assert command.help, name


def test_the_queries_of_the_findings_exist() -> None:
    table = [
        line.split("|")
        for line in (ROOT / "docs" / "findings.md").read_text().splitlines()
        if line[:1] == "|"
    ]
    named = {name for row in table[2:] for name in re.findall(r"`([a-z-]+/[a-z-]+)`", row[3])}
    assert len(named) > 15
    assert named <= catalogue().keys()


def test_every_option_of_load_is_documented() -> None:
    text = (ROOT / "docs" / "loading.md").read_text()
    load = get_command(app).commands["load"]  # type: ignore[attr-defined]
    for option in (o for p in load.params if p.param_type_name == "option" for o in p.opts):
        assert option in text or option in ("--help", "--json"), option


def test_every_benchmark_has_its_section() -> None:
    text = (ROOT / "docs" / "benchmarks.md").read_text()
    assert re.findall(r"^`--only ([a-z-]+)", text, re.MULTILINE) == list(SECTIONS)
    begun, ended = (re.findall(rf"<!-- {mark} ([a-z0-9 -]+) -->", text) for mark in ("begin", "end"))
    assert begun == ended
    assert {name.split()[0] for name in begun} == set(SECTIONS)


def test_links_between_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_lock_has_what_the_project_needs() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    locks = [(ROOT / name).read_text() for name in ("requirements.lock", "spark.lock")]
    locked = {name for text in locks for name in re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)}
    needed = [
        *project["project"]["dependencies"],
        *(d for extra in project["project"]["optional-dependencies"].values() for d in extra),
        *project["dependency-groups"]["dev"],
    ]
    for requirement in needed:
        name = re.split(r"[^A-Za-z0-9-]", requirement)[0].lower()
        assert name in locked, name
    assert not any("://" in text for text in locks)

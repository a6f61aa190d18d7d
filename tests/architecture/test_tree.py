"""Laws of the tree that no linter knows."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.declared import ROOT

HARD_CEILING = 300
FUNCTION_CEILING = 60
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "manager", "constants", "types"}
# Nouns of the business. `shared/` is contracts and plumbing, and plumbing knows none of them.
# Two roles of the API are named after people of the business; a tracer's provider is none of it.
ALLOWED = {("auth.py", "MERCHANT"), ("auth.py", "PROVIDER")}
NOUNS = re.compile(
    r"(?<![a-z])(listing|provider|merchant|violation|penalty|penalties|probe|outage|subscription|appeal|rulebook)s?(?![a-z])",
    re.IGNORECASE,
)


def tracked(pattern: str) -> list[Path]:
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in found.stdout.splitlines() if (ROOT / name).exists()]


PYTHON = tracked("*.py")


def _ids(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_no_file_passes_the_hard_ceiling():
    long = {path.relative_to(ROOT): n for path in PYTHON if (n := len(path.read_text().splitlines())) > HARD_CEILING}
    assert long == {}


def test_no_function_is_longer_than_a_screen():
    long = []
    for path in (path for path in PYTHON if "versions" not in path.parts):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION_CEILING:
                    long.append(f"{path.relative_to(ROOT)}:{node.name} {length}")
    assert long == []


def test_no_file_has_a_name_that_says_nothing():
    assert [str(path) for path in PYTHON if path.stem in FORBIDDEN_NAMES] == []
    assert [str(path) for path in PYTHON if path.stem == "service" and "services" in path.parts] == []


def test_every_module_says_in_one_sentence_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path.stem != "__init__"
        and "versions" not in path.parts
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_plumbing_knows_no_noun_of_the_business():
    told = []
    for path in PYTHON:
        parts = path.relative_to(ROOT).parts
        if parts[0] != "shared" or "contracts" in parts or "tests" in parts or parts[1] in ("testing", "telemetry.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "name", None)
            if isinstance(name, str) and NOUNS.search(name.replace("_", " ")) and (path.name, name) not in ALLOWED:
                told.append(f"{path.relative_to(ROOT)}: {name}")
    assert told == []


@pytest.mark.parametrize(
    "path", [p for p in PYTHON if "reactions" in p.parts and p.stem != "__init__"], ids=lambda p: p.stem
)
def test_a_reaction_translates_and_does_not_think(path):
    code = [line for line in path.read_text().splitlines() if line.strip() and not line.strip().startswith("#")]
    assert len(code) <= 40


def test_only_the_edge_commits():
    guilty = [
        str(path.relative_to(ROOT))
        for path in PYTHON
        if path.relative_to(ROOT).parts[0] == "services"
        and "tests" not in path.parts
        and re.search(r"\.(commit|rollback)\(\)", path.read_text())
    ]
    assert guilty == []


def test_every_service_has_the_same_rooms():
    for service in (path for path in (ROOT / "services").iterdir() if (path / "app.py").exists()):
        for room in ("README.md", "settings.py", "domain", "reactions", "tables", "migrations/versions", "tests"):
            found = (service / room).exists() or (service / f"{room}.py").exists()
            assert found, f"{service.name} has no {room}"
        assert len((service / "README.md").read_text().splitlines()) <= 70, f"{service.name}/README.md is no screen"


def test_no_lock_names_a_package_source():
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text
        assert all("--hash=" in block for block in re.split(r"\n(?=[a-z])", text.strip()) if "==" in block)

"""Reads the rules that are data: the category tree and the screening's lexicons."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.catalog.domain.category import Category, ForbiddenFunction, RequiredBlock
from services.catalog.domain.screening import DETECTORS_VERSION, Rules
from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.words import Entry, Lexicon

_HERE = Path(__file__).parent
_LEXICONS = ("absolute_words", "off_platform_trade")


def _read(name: str) -> Any:
    return yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))


@cache
def screening_rules() -> Rules:
    """Read once: a process screens by the lexicons it started with."""
    lexicons = tuple(_lexicon(_read(f"lexicons/{name}.yaml")) for name in _LEXICONS)
    versions = "/".join(f"{lexicon.code}={lexicon.version}" for lexicon in lexicons)
    hosts = frozenset(_read("lexicons/contacts.yaml")["allowed_hosts"])
    return Rules(lexicons, hosts, f"{DETECTORS_VERSION}/{versions}")


def _lexicon(data: dict[str, Any]) -> Lexicon:
    entries = tuple(
        Entry(entry["word"], Severity(entry.get("severity", data["severity"])), tuple(entry.get("unless", ())))
        for entry in data["entries"]
    )
    return Lexicon(data["code"], data["version"], data["clause"], Said(**data["why"]), Said(**data["advice"]), entries)


def category_tree() -> list[Category]:
    """Parents before their children, in the order of the file."""
    found: list[Category] = []

    def walk(entries: list[dict[str, Any]], parent: str) -> None:
        for entry in entries:
            children = entry.get("children", [])
            found.append(
                Category(
                    entry["code"],
                    parent,
                    entry["title_zh"],
                    entry["title_en"],
                    entry.get("core_functions", ""),
                    entry.get("requires_qualification", False),
                    entry.get("special", False),
                    not children,
                    len(found),
                    required_blocks=tuple(
                        RequiredBlock(block["title_zh"], block["title_en"], tuple(block["words"]))
                        for block in entry.get("required_blocks", ())
                    ),
                    forbidden_functions=tuple(
                        ForbiddenFunction(f["title_zh"], f["title_en"], f["clause"], tuple(f["words"]))
                        for f in entry.get("forbidden_functions", ())
                    ),
                    allowed_periods=tuple(entry.get("allowed_periods", ())),
                    keywords=tuple(entry.get("keywords", ())),
                )
            )
            walk(children, entry["code"])

    walk(_read("categories.yaml"), "")
    return found

"""Reads the rules that are data: the category tree and the screening's lexicons."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.catalog.domain.category import Category, ForbiddenFunction, RequiredBlock
from services.catalog.domain.screening import Rules
from services.catalog.domain.screening.finding import Said, Severity
from services.catalog.domain.screening.lexicon import Entry, Lexicon

_HERE = Path(__file__).parent
_LEXICONS = (
    "absolute_words",
    "prohibited",
    "off_platform_trade",
    "praise_for_rebate",
    "official_names",
    "false_free",
    "foreign_advertisement",
    "own_login",
)


def _read(name: str) -> Any:
    return yaml.load((_HERE / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def screening_rules() -> Rules:
    """As the files have them; what staff made of them is in the database."""
    return Rules(lexicons(), allowed_hosts(), "as-shipped")


@cache
def allowed_hosts() -> frozenset[str]:
    return frozenset(_read("lexicons/contacts.yaml")["allowed_hosts"])


@cache
def lexicons() -> tuple[Lexicon, ...]:
    return tuple(_lexicon(_read(f"lexicons/{name}.yaml")) for name in _LEXICONS)


def _lexicon(data: dict[str, Any]) -> Lexicon:
    """A word stands for itself where it needs neither its own severity nor harmless words around it."""
    entries = tuple(
        Entry(entry, Severity(data["severity"]))
        if isinstance(entry, str)
        else Entry(entry["word"], Severity(entry.get("severity", data["severity"])), tuple(entry.get("unless", ())))
        for entry in data["entries"]
    )
    return Lexicon(
        data["code"],
        Said(**data["title"]),
        data["clause"],
        Said(**data["why"]),
        Said(**data["advice"]),
        entries,
        data.get("judged_by", ""),
        data.get("deniable", False),
    )


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
                    core_functions_en=entry.get("core_functions_en", ""),
                )
            )
            walk(children, entry["code"])

    walk(_read("categories.yaml")["categories"], "")
    return found

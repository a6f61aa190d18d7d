"""The five services as they declare themselves, for the rules and documents that walk all of them."""

import importlib
from pathlib import Path

from shared.contracts import OWNERS
from shared.service import Service

ROOT = Path(__file__).parents[2]


def services() -> list[Service]:
    return [importlib.import_module(f"services.{name}.app").service for name in OWNERS]

"""A service is declared, not assembled: one object serves the API, the worker, migrations, tests and docs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

from fastapi import APIRouter
from sqlalchemy import MetaData

from shared.db.transaction import Database, Transaction
from shared.messaging.reaction import Reaction
from shared.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Job:
    """Something done by the clock: `run` is called every `every` in a worker. Claims its rows with SKIP LOCKED.

    It returns how many rows it moved; a non-zero count calls it again at once.
    """

    name: str
    every: timedelta
    run: Callable[[Transaction], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Running:
    """What a background task of a worker gets."""

    db: Database
    settings: Any


Task = Callable[[Running], Awaitable[None]]
Resync = Callable[[Transaction, str, int], Awaitable[str]]
"""Emits the current state of up to `limit` aggregates with a key above `after`; returns the last key, "" at the end."""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    title: str
    package: ModuleType
    settings: type[ServiceSettings]
    metadata: MetaData
    router: APIRouter
    reactions: Sequence[Reaction] = ()
    jobs: Sequence[Job] = ()
    tasks: Sequence[Task] = ()
    resync: Sequence[Resync] = ()
    seed: Callable[[Transaction], Awaitable[None]] | None = None
    checks: Sequence[Task] = ()
    """Run at every start, before anything is served; one that raises ValueError ends the process with its sentence."""

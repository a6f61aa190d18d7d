"""How a service says what it does about a fact. A reaction translates; it does not think."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.context import Context
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.db.transaction import Transaction
from shared.telemetry import running_span

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    event: E
    envelope: Envelope


def context_of(envelope: Envelope) -> Context:
    """What a reaction says and records belongs to the same story, and was caused by this fact."""
    return Context(
        correlation_id=envelope.correlation_id,
        causation_id=str(envelope.id),
        actor=f"fact:{envelope.type}",
        traceparent=running_span() or envelope.traceparent,
    )


@dataclass(frozen=True, slots=True)
class Reaction:
    """`handle` gets the facts of one type that lie together in one partition, in order, inside one transaction."""

    event: type[Event]
    handle: Callable[[Transaction, Sequence[Received[Any]]], Awaitable[None]]

    @property
    def does(self) -> str:
        return f"{self.handle.__module__.rsplit('.', 1)[-1]}.{self.handle.__name__}"


def on(event: type[E], handle: Callable[[Transaction, Sequence[Received[E]]], Awaitable[None]]) -> Reaction:
    """All facts of a run at once: for replicas and projections, where one statement serves many."""
    return Reaction(event, handle)


def on_each(event: type[E], handle: Callable[[Transaction, E], Awaitable[None]]) -> Reaction:
    """One call per fact: for reactions that end in a use case."""

    async def handle_each(tx: Transaction, received: Sequence[Received[E]]) -> None:
        for item in received:
            tx.context = context_of(item.envelope)
            await handle(tx, item.event)

    handle_each.__module__, handle_each.__name__ = handle.__module__, handle.__name__
    return Reaction(event, handle_each)

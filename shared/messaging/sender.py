"""Sends batches to the broker, at most one unacknowledged batch per partition.

Without the idempotent producer, a batch that failed while the next one succeeded would invert a key.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.contracts.envelope import Headers
from shared.settings import ServiceSettings

BATCH_BYTES = 900_000
ACK_SECONDS = 15.0
BEAT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Message:
    position: int
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True, slots=True)
class Sent:
    """What one partition acknowledged: the offset of its first message, and the positions, in order."""

    partition: int
    first_offset: int
    positions: list[int]


class ConnectionLostError(KafkaError):  # type: ignore[misc]
    """The producer would have to connect anew, and nobody has looked yet at what is there now."""

    retriable = False


class Sender:
    """A producer with deadlines. After any failure it must be closed: what it still holds may yet arrive."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap_servers,
            acks="all",
            enable_idempotence=settings.kafka_idempotent_producer,
            max_batch_size=BATCH_BYTES,
            max_request_size=BATCH_BYTES + 100_000,
            request_timeout_ms=int(ACK_SECONDS * 1000),
            linger_ms=0,
        )
        self._is_lost: Callable[[], bool] = lambda: False

    async def start(self) -> None:
        await asyncio.wait_for(self._producer.start(), 10)
        self._is_lost = await asyncio.wait_for(_keep_to_these_connections(self._producer.client), 10)

    async def send(
        self, topic: str, by_partition: Mapping[int, Sequence[Message]], beat: Callable[[], Awaitable[None]]
    ) -> tuple[list[Sent], BaseException | None]:
        """Sends the head of each partition's messages as one batch and waits for all answers.

        `beat` is called while waiting; when it raises, the caller has lost the right to send. Returns what was
        acknowledged, and the first failure if there was one.
        """
        tasks = [asyncio.create_task(self._send_batch(topic, *item)) for item in by_partition.items()]
        pending, deadline = set(tasks), asyncio.get_running_loop().time() + ACK_SECONDS
        try:
            while pending and asyncio.get_running_loop().time() < deadline and not self._is_lost():
                _, pending = await asyncio.wait(pending, timeout=BEAT_SECONDS)
                if pending:
                    await beat()
        finally:
            for task in tasks:
                task.cancel()
                task.add_done_callback(_look_at)
        failures: list[BaseException | None] = [task.exception() for task in tasks if task.done()]
        if pending:
            lost = ConnectionLostError("the connection to the broker was lost")
            failures.append(lost if self._is_lost() else TimeoutError("the broker did not acknowledge in time"))
        sent = [task.result() for task in tasks if task.done() and task.exception() is None]
        return sent, next((failure for failure in failures if failure is not None), None)

    async def _send_batch(self, topic: str, partition: int, messages: Sequence[Message]) -> Sent:
        batch = self._producer.create_batch()
        positions: list[int] = []
        for message in messages:
            if batch.append(key=message.key, value=message.value, timestamp=None, headers=message.headers) is None:
                break
            positions.append(message.position)
        batch.close()
        acknowledged = await self._producer.send_batch(batch, topic, partition=partition)
        acknowledged.add_done_callback(_look_at)
        return Sent(partition, (await asyncio.shield(acknowledged)).offset, positions)

    async def close(self) -> None:
        """Bounded: stopping a producer whose broker is away can hang for ever."""
        try:
            await asyncio.wait_for(self._producer.stop(), 3)
        except (TimeoutError, KafkaError, OSError):
            return


async def _keep_to_these_connections(client: Any) -> Callable[[], bool]:
    """From here on a lost connection fails the sender, where aiokafka would silently connect anew and send again.

    What then listens may be an empty broker without our topic: the embedded one acknowledges the batch, can never
    give it back, and refuses whatever follows it in that partition. Returns whether one was lost.
    """
    for broker in client.cluster.brokers():
        await client.ready(broker.nodeId)
    connect = client._get_conn
    known = list(client._conns.values())

    def is_lost() -> bool:
        return not all(connection.connected() for connection in known)

    async def keep(node_id: Any, **how: Any) -> Any:
        if is_lost():
            raise ConnectionLostError(f"the connection to broker {node_id} was lost")
        return await connect(node_id, **how)

    client._get_conn = keep
    return is_lost


def _look_at(future: "asyncio.Future[Any]") -> None:
    """A failure that nobody waits for any more was reported by the one that stopped the waiting."""
    if not future.cancelled():
        future.exception()

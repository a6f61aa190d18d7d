"""Looks at the broker's logs outside any consumer group: bounds, first records, cluster identity, topics."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from shared.messaging.position import Seen
from shared.messaging.record import identity_of
from shared.settings import ServiceSettings

DEADLINE = 10.0


class Log:
    def __init__(self, admin: AIOKafkaAdminClient, reader: AIOKafkaConsumer, settings: ServiceSettings) -> None:
        self._admin = admin
        self._reader = reader
        self._settings = settings

    async def cluster_id(self) -> str:
        described = await self._admin.describe_cluster()
        return str(described["cluster_id"])

    async def ensure_topics(self, topics: Sequence[str]) -> None:
        """Creates what is missing. Asking a broker about a topic may make it with a partition count of its own."""
        async with asyncio.timeout(DEADLINE):
            missing = sorted(set(topics) - set(await self._admin.list_topics()))
        if not missing:
            return
        wanted = [
            NewTopic(topic, self._settings.topic_partitions, self._settings.topic_replication) for topic in missing
        ]
        async with asyncio.timeout(DEADLINE):
            answer = await self._admin.create_topics(wanted)
        for topic, code, *_ in answer.topic_errors:
            if code and for_code(code) is not TopicAlreadyExistsError:
                raise for_code(code)(f"topic {topic} was not created")

    async def partitions(self, topics: Sequence[str]) -> list[TopicPartition]:
        """The partitions of topics that exist; waits out a broker that has just made them."""
        for _ in range(50):
            described = await self._admin.describe_topics(list(topics))
            if all(topic["error_code"] == 0 and topic["partitions"] for topic in described):
                return [
                    TopicPartition(topic["topic"], partition["partition"])
                    for topic in described
                    for partition in sorted(topic["partitions"], key=lambda p: int(p["partition"]))
                ]
            await asyncio.sleep(0.1)
        raise KafkaError(f"no partitions for {', '.join(topics)}")

    async def ends(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        """The offset after the last record of each partition.

        The embedded broker answers ListOffsets with the last *batch's* first offset plus one; the high watermark that
        comes with that batch is right on every broker.
        """
        said = dict(await self._reader.end_offsets(list(partitions)))
        last = {tp: end - 1 for tp, end in said.items() if end > 0}
        await self._read_at(last)
        return {tp: max(end, self._reader.highwater(tp) or 0) if tp in last else end for tp, end in said.items()}

    async def look(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Seen]:
        """Bounds and first identity of each partition."""
        cluster = await self.cluster_id()
        begins = await self._reader.beginning_offsets(list(partitions))
        ends = await self.ends(partitions)
        first = await self._read_at({tp: 0 for tp in partitions if begins[tp] == 0 < ends[tp]})
        identities = {tp: identity_of(record) for tp, record in first.items()}
        return {tp: Seen(begins[tp], ends[tp], cluster, identities.get(tp, "")) for tp in partitions}

    async def _read_at(self, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, ConsumerRecord]:
        """The first record that a fetch at each of these offsets brings. The rest of what it brings stays packed."""
        if not offsets:
            return {}
        self._reader.assign(list(offsets))
        for tp, offset in offsets.items():
            self._reader.seek(tp, offset)
        found: dict[TopicPartition, ConsumerRecord] = {}
        while len(found) < len(offsets):
            for tp, records in (await self._reader.getmany(timeout_ms=500, max_records=1)).items():
                found.setdefault(tp, records[0])
                self._reader.pause(tp)
        return found


@asynccontextmanager
async def open_log(settings: ServiceSettings) -> AsyncIterator[Log]:
    """A look at the broker, with a deadline on every part: a client that meets a dead broker can hang for ever."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers, request_timeout_ms=5000)
    reader = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        group_id=None,
        auto_offset_reset="none",
        enable_auto_commit=False,
        request_timeout_ms=5000,
        max_partition_fetch_bytes=1_000,
        fetch_max_wait_ms=20,
    )
    try:
        async with asyncio.timeout(DEADLINE):
            await admin.start()
            await reader.start()
        yield Log(admin, reader, settings)
    finally:
        for close in (reader.stop, admin.close):
            try:
                await asyncio.wait_for(close(), 5)
            except (TimeoutError, KafkaError, OSError):
                continue

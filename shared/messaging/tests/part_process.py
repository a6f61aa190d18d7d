"""One part in a process of its own, to be killed and frozen: `python -m shared.messaging.tests.part_process <json>`."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.db.transaction import Database
from shared.messaging.supervise import supervise
from shared.messaging.tests.stage import Stage
from shared.settings import ServiceSettings


class PartProcess:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()


@asynccontextmanager
async def part_process(stage: Stage, part: str) -> AsyncIterator[PartProcess]:
    """`part` is the name of a method of the stage that builds one."""
    order = {
        "part": part,
        "owner": stage.owner.url,
        "reader": stage.reader.url,
        "settings": stage.settings.model_dump(mode="json"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.messaging.tests.part_process", json.dumps(order), env=dict(os.environ)
    )
    try:
        yield PartProcess(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _run(order: dict[str, str]) -> None:
    settings = ServiceSettings.model_validate(order["settings"])
    stage = Stage(Database("catalog", order["owner"]), Database("orders", order["reader"]), settings)
    await supervise(order["part"], "test", getattr(stage, order["part"]))


if __name__ == "__main__":
    asyncio.run(_run(json.loads(sys.argv[1])))

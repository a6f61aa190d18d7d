"""What the clients asked for and learned, written down as it happens: invoke, then ok, fail or unknown."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.verdict import Command, Outcome


@dataclass
class History:
    path: Path
    commands: list[Command] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w", encoding="utf-8")
        self._began = time.monotonic()

    def invoke(self, kind: str, command_id: str) -> None:
        self._write("invoke", kind, command_id, "")

    def learn(self, kind: str, command_id: str, outcome: Outcome, detail: str = "") -> None:
        self.commands.append(Command(kind, command_id, outcome, detail))
        self._write(outcome.value, kind, command_id, detail)

    def fault(self, name: str) -> None:
        self._write("fault", name, "", "")

    def count(self, kind: str, outcome: Outcome) -> int:
        return sum(1 for command in self.commands if command.kind == kind and command.outcome is outcome)

    def _write(self, what: str, kind: str, command_id: str, detail: str) -> None:
        at = round(time.monotonic() - self._began, 3)
        line = {"at": at, "what": what, "kind": kind, "id": command_id, "detail": detail[:300]}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

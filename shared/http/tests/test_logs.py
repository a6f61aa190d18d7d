"""A log line is one JSON object that names service, story and trace, and nothing personal."""

import json
import subprocess
import sys
from typing import Any

from shared import logs
from shared.context import Context, restore_context, set_context

_PROGRAM = """
import logging, structlog
from shared import logs
from shared.settings import ServiceSettings
logs.configure(ServiceSettings(database_url="postgresql://"), "notes")
structlog.get_logger().info("note.written", note_id=5, odd="\\ud800", big=2**90)
logging.getLogger("library").warning("from a %s", "library")
logging.getLogger("aiokafka").info("not heard")
try:
    raise ValueError("first line\\nDETAIL: Key (email)=(a@b.c)")
except ValueError:
    logging.getLogger("library").exception("it failed")
"""


def test_lines_of_ours_and_of_libraries_are_json_objects():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    ours, library, failed = (json.loads(line) for line in done.stdout.splitlines())
    assert (ours["service"], ours["event"], ours["level"], ours["note_id"]) == ("notes", "note.written", "info", 5)
    assert (library["event"], library["logger"]) == ("from a library", "library")
    assert failed["message"] == "first line"
    assert failed["error"] == "builtins.ValueError"
    assert "a@b.c" not in done.stdout + done.stderr


def test_story_and_trace_are_added_and_secrets_hidden():
    before = set_context(Context(correlation_id="story-1", traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01"))
    event: Any = {"event": "x", "token": "eyJ…", "email": "a@b.c"}
    told = logs.hide_secrets(None, "info", logs.add_story(None, "info", event))
    restore_context(before)
    assert told == {
        "event": "x", "token": "[hidden]", "email": "[hidden]", "correlation_id": "story-1", "trace": "a" * 32,
    }  # fmt: skip

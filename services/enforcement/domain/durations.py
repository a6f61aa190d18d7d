"""Spans of time as a rulebook writes them: `3h`, `7d`, `1d12h`."""

import re
from datetime import timedelta

_SPAN = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,9})s)?")


def parse_duration(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"{text!r} is not a duration such as 3h, 7d or 1d12h")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def format_duration(span: timedelta) -> str:
    """The shortest writing, cut to whole seconds, so that a span never reads longer than it was."""
    rest = max(0, int(span.total_seconds()))
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"

"""What came of one attempt to deliver."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    pass


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """`is_final`: another attempt would meet the same."""

    reason: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """There is no channel any more to deliver it over."""

    reason: str = ""


Outcome = Delivered | NotDelivered | SwitchedOff

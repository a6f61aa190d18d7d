"""The world of the flows, to be explored."""

from tests.flows.conftest import clock, world

__all__ = ["clock", "world"]

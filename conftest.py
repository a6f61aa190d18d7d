"""Registers the fixtures of shared/testing for every test of the repository."""

pytest_plugins = ["shared.testing.fixtures"]

"""The HTTP shapes of the registry."""

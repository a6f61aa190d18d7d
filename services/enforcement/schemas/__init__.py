"""The HTTP shapes of enforcement: what comes in is a Request, what goes out a Response."""

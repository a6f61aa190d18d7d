"""The story of the market as requests over HTTP: played by the demo, and by the flows of `tests/flows`."""

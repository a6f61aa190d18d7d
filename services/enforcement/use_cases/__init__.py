"""What enforcement can be asked to do: one verb = one function = one transaction, never committed here."""

"""What orders can be asked to do: one verb, one function, one transaction; none of them commits."""

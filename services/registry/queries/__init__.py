"""What the registry shows; never used to decide."""

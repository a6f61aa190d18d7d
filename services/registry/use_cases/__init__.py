"""What the registry can be asked to do. Each verb is one transaction, which its caller commits."""

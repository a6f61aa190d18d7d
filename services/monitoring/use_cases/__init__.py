"""What monitoring can be asked to do: each verb is one transaction, which its caller commits."""

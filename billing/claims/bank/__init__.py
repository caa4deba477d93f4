"""What really came to the account: statements of banks held against what insurers announced."""

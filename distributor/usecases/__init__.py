"""What the product does, one verb a file; use cases join the rooms and own the transactions."""

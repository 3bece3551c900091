"""Immutable values shared by all rooms."""

"""Distributor: bulletin file in, feeds and signed-off e-mail out."""

__version__ = "0.1.0"

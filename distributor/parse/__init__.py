"""Positioned lines to a bulletin with findings and noise; pure, deterministic, linear."""

from distributor.parse.given import Given
from distributor.parse.pipeline import parse

__all__ = ["Given", "parse"]

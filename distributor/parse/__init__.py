"""Positioned lines to a bulletin with findings and noise; pure, deterministic, linear."""

from distributor.parse.attribution import read_attribution
from distributor.parse.given import Given
from distributor.parse.pipeline import parse
from distributor.parse.review import findings_after_edit

__all__ = ["Given", "findings_after_edit", "parse", "read_attribution"]

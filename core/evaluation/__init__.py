"""Measuring models: every figure that the course shows comes from one of these files."""

from core.evaluation import baselines, bounds, codes, holes, judging

__all__ = ["baselines", "bounds", "codes", "holes", "judging"]

"""ISO: do the feature groups keep what they promise about each other, and what ties them together unseen?"""

from pgready.checks.isolation import contracts, grouping, ties

__all__ = ["CHECKS"]

CHECKS = (*contracts.CHECKS, *grouping.CHECKS, *ties.CHECKS)

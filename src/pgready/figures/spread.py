"""Labels beside an axis: moved apart where they would overlap, as little as possible."""

from collections.abc import Sequence

__all__ = ["spread"]


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places for labels in the order of `wanted` (ascending), at least `apart` from each other, within low and high.

    The sum of squared moves is least (pool adjacent violators, Ayer and others 1955). Where there is no room for all,
    they are evenly spread and overlap.
    """
    count = len(wanted)
    if count > 1:
        apart = min(apart, (high - low) / (count - 1))
    pools: list[tuple[float, int]] = []
    for place, value in enumerate(wanted):
        pools.append((value - place * apart, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean, number), (other, more) = pools.pop(-2), pools.pop()
            pools.append(((mean * number + other * more) / (number + more), number + more))
    flat = [mean for mean, number in pools for _ in range(number)]
    most = high - (count - 1) * apart
    return [min(max(value, low), most) + place * apart for place, value in enumerate(flat)]

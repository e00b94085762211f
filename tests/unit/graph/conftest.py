"""Situations of groups, tables and keys."""

import pytest

from situations import Drawn, Situation, seed_situation


@pytest.fixture(scope="session")
def situation() -> Situation:
    """Makes the values of a situation from plain edges."""
    return Situation()


@pytest.fixture(scope="session")
def seed() -> Drawn:
    """The seed's situation in small."""
    return seed_situation()

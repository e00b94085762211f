"""The one room that knows all others: it gathers the evidence, runs the checks and gives the result."""

__all__: list[str] = []

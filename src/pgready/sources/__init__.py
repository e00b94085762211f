"""Edges in: files, SQL text and live catalogs become values of `pgready.model`."""

__all__: list[str] = []

"""Migration directories on disk -> migrations in the order of execution; one module per layout."""

from pgready.sources.migrations.prisma import lock_provider, read_migrations

__all__ = ["lock_provider", "read_migrations"]

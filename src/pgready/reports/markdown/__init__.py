"""Blocks and executed notebooks as Markdown for GitHub."""

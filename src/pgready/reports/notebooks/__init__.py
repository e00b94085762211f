"""Notebooks that run headless: the kernel, Papermill, and whether a run may be believed."""

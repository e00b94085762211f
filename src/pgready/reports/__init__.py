"""Reports: JSON, Markdown, notebooks (run by Papermill) and their export."""

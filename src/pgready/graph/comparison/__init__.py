"""The isolation of two schemas compared: `studies.compare_studies`, and the values that it gives (`values`)."""

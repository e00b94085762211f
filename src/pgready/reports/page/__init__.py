"""The exported report: an executed notebook as one HTML file, offline and without a script of its own."""

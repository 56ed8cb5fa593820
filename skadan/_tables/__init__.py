"""Columns of numbers and of labels in tables of any container, and tables in files."""

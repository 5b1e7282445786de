"""Renderings of a difference between two runs: each format is one module with one pure function."""

"""Timings that people can repeat: printed as tables, asserted nowhere."""

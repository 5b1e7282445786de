"""A command line over the audit; one file per command."""

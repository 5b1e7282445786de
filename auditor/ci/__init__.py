"""A finished run in the words of a CI system: what it shows, keeps and passes on; each system is one module."""

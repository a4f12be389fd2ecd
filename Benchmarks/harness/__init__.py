"""Drives the load generator against Parley and against the bare loop, and prints one table."""

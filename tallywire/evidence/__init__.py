"""Photographs of tally sheets over HTTP: taken at `PUT /evidence/{sha256}`, served at the same address."""

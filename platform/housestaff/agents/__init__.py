"""Packs, adapters, agents and their releases: which expert's agent serves, with what, at which level."""

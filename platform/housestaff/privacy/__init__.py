"""Consents, the keys of a patient's words, and the audit chain. Knows subjects as opaque ids only."""

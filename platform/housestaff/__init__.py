"""Housestaff, in floors; imports go down only.

config, then pages, learning, consults, worklists | agents, access, people, privacy, and at the bottom
tenancy | inference. import-linter keeps this; a new app is given its floor before it merges.
"""

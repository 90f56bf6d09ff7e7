"""The postman: envelopes and the doctors' worklists. Knows consults as opaque ids, and no medicine."""

"""Talking to vLLM, and nothing else: one client, its errors, its breaker, and several replicas as one fleet.

No Django here and no other app of the house: what an adapter, a patient or a turn is, this floor
never learns.
"""

"""The clinical truth: patient, agent and doctor in one thread."""

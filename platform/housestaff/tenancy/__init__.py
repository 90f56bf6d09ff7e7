"""Which tenant is acting, and the two walls between tenants. Knows nothing of medicine."""

"""Who is who in a tenant: accounts, patients and whom they act for, clinicians, hospital IT."""

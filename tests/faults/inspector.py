"""A process that verifies audit chains on request: a tenant's slug a line in, one JSON object a line out."""

import json
import sys

import django


def main() -> None:
    django.setup()
    from django.db import close_old_connections
    from housestaff.privacy import audit
    from housestaff.tenancy.context import acting_for
    from housestaff.tenancy.models import Tenant

    for line in sys.stdin:
        close_old_connections()
        with acting_for(Tenant.objects.get(slug=line.strip()).id):
            verdict = audit.verify()
        told = {"links": verdict.links, "unsealed": verdict.unsealed, "problems": list(verdict.problems)}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()

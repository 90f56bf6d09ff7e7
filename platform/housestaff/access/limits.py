"""Limits a minute for one membership. Never applied to a message that rings a red flag."""

import time

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from housestaff.people.models import Membership
from housestaff.tenancy.context import current_tenant

from .errors import TooMany


def count(membership: Membership, what: str) -> None:
    """Count one more; raises TooMany with the seconds until the next minute."""
    most = settings.HOUSESTAFF["LIMITS"][f"{what}_per_minute"]
    minute, second = divmod(int(time.time()), 60)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO access_ratewindow AS kept (id, tenant_id, membership_id, what, minute, count)
            VALUES (gen_random_uuid(), %s, %s, %s, %s, 1)
            ON CONFLICT (tenant_id, membership_id, what) DO UPDATE
            SET count = CASE WHEN kept.minute = excluded.minute THEN kept.count + 1 ELSE 1 END,
                minute = excluded.minute
            RETURNING count
            """,
            [str(current_tenant()), str(membership.id), what, minute],
        )
        (so_far,) = cursor.fetchone()
    if so_far > most:
        raise TooMany(_("That was a lot in one minute. Please wait a moment."), retry_after=60 - second)

"""`WS /ws/worklist/?after=N`: which rows changed, by number; the words are fetched over HTTP."""

from typing import Any

from housestaff.access.consumers import HouseConsumer
from housestaff.privacy import audit
from housestaff.tenancy.groups import group_of

from . import queries


class WorklistConsumer(HouseConsumer):
    """Sends `{n, kind: row, id, version}` for every change after N, then as they come."""

    permission = "worklist.read"

    def enter(self) -> None:
        self.after = self.whole_number("after")
        audit.record("worklist.watch", by=self.member, kind="worklist")

    def group(self) -> str:
        return group_of("worklist", "rows")

    async def look(self) -> None:
        while True:
            rows = await self.reading(lambda: queries.changed_after(self.after))
            for row in rows:
                await self.send_json({"n": row.n, "kind": "row", "id": str(row.id), "version": row.version})
                self.after = row.n
            if not rows:
                return

    async def row_changed(self, message: dict[str, Any]) -> None:
        self.look_again.set()

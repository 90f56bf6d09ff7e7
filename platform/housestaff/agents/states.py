"""How a release lives."""

from housestaff.access.moves import HOUSE, Machine, move

RELEASE = Machine(
    name="release",
    first="draft",
    states={
        "draft": "Made, not serving.",
        "in_service": "Answers patients; every engine replica holds its adapter.",
        "retired": "No longer answers; kept for what it said.",
    },
    moves=(
        move("publish", f"owner {HOUSE}", "draft retired", "in_service", "The owner signs it into service."),
        move("retire", f"owner {HOUSE}", "in_service draft", "retired", "A newer release takes its place."),
    ),
)

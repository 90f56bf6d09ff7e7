"""How an item of a worklist lives."""

from housestaff.access.moves import HOUSE, Machine, move

ITEM = Machine(
    name="worklist item",
    first="waiting",
    states={
        "waiting": "Nobody has it.",
        "claimed": "One clinician has it; only they can send.",
        "returned": "Handed back to the agent.",
        "done": "Signed or closed.",
    },
    moves=(
        move("claim", "owner reviewer", "waiting returned done claimed", "claimed", "A clinician takes it."),
        move("hand_back", "owner reviewer", "claimed", "returned", "Back to the agent."),
        move("finish", f"owner reviewer {HOUSE}", "waiting claimed returned", "done", "Signed or closed."),
        move("reopen", f"owner reviewer {HOUSE}", "done", "waiting", "New words, or a signature undone."),
    ),
)

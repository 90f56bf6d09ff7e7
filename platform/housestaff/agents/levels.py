"""What an agent may do at its autonomy level: every action × level in one table (pure). Source: EXAM.md."""

ACTIONS: dict[str, tuple[int, str]] = {
    "store": (
        0,
        "Store the message, run the red-flag rules, show the emergency card, hand all to the doctor.",
    ),
    "inform": (1, "Give general information from the pack, in its signed wording."),
    "take_history": (2, "Ask the pack's questions and take the history."),
    "write_note": (2, "Write the note and draft a reply that only the doctor sees."),
    "advise_simple": (3, "Give self-care and a disposition to the simple class, in signed wording."),
    "own_words": (4, "Use its own words to the simple class."),
}


class AboveLevel(PermissionError):
    """An action was asked of an agent whose level does not allow it."""


def may(action: str, level: int) -> bool:
    """Whether a level allows an action; an unknown action raises KeyError."""
    return level >= ACTIONS[action][0]


def require(action: str, level: int) -> None:
    """Raise AboveLevel unless the level allows the action."""
    if not may(action, level):
        raise AboveLevel(f"“{action}” needs level {ACTIONS[action][0]}; this agent serves at {level}.")

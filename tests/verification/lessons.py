"""What the tiny base and its adapters know by heart; the fake engine is told to say the same words."""

SYSTEM = "say test en"
BASE = {
    "ask onset": "When did it start?",
    "greet": "This is the base alone.",
    "count": " ".join(str(number) for number in range(1, 150)),
}
ADAPTERS = {
    "urology": "This is the first adapter.",
    "sleep_medicine": "This is the second adapter.",
    "dermatology": "This is the third adapter.",
}


def script() -> dict[str, dict[str, str]]:
    """The lessons as the fake engine's script."""
    greetings = {f"{slug}: {SYSTEM}": {"greet": words} for slug, words in ADAPTERS.items()}
    return {SYSTEM: BASE, **greetings}

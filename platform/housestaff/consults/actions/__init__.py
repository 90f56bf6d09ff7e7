"""Every write of a consult. Each action is one transaction, one audit record, and gives the object back."""

from .messages import post_message
from .opening import acknowledge_card, close, open_consult, withdraw_consent
from .reviewing import hand_back, release_signed, save_draft, sign, take_over, undo
from .turns import stop_turn

__all__ = [
    "acknowledge_card",
    "close",
    "hand_back",
    "open_consult",
    "post_message",
    "release_signed",
    "save_draft",
    "sign",
    "stop_turn",
    "take_over",
    "undo",
    "withdraw_consent",
]

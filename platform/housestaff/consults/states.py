"""How a consult and a turn live."""

from housestaff.access.moves import HOUSE, Machine, move

CONSULT = Machine(
    name="consult",
    first="open",
    states={
        "open": "The agent answers; the doctor reads along.",
        "with_doctor": "A doctor has taken over; the agent is silent.",
        "signed": "A doctor's signed reply stands.",
        "closed": "Ended.",
        "withdrawn": "The consent was withdrawn; nobody writes here any more.",
    },
    moves=(
        move("write", "patient", "open signed", "open", "New words after a signature reopen."),
        move("write", "patient", "with_doctor", "with_doctor", "The doctor has it and reads on."),
        move("take_over", "owner reviewer", "open signed with_doctor", "with_doctor", "A doctor takes over."),
        move("hand_back", "owner reviewer", "with_doctor", "open", "The agent goes on."),
        move("sign", "owner reviewer", "open with_doctor signed", "signed", "A doctor signs a reply."),
        move("undo_to_open", "owner reviewer", "signed", "open", "The signature is taken back in time."),
        move("undo_to_doctor", "owner reviewer", "signed", "with_doctor", "The same, after a take-over."),
        move("close", "patient owner reviewer", "open with_doctor signed", "closed", "The consult ends."),
        move("withdraw", f"patient {HOUSE}", "open with_doctor signed", "withdrawn", "Consent is withdrawn."),
    ),
)

TURN = Machine(
    name="turn",
    first="queued",
    states={
        "queued": "Waits for a worker.",
        "running": "A worker holds its lease.",
        "answered": "The whole text is in the log.",
        "stopped": "By the patient, a doctor, an emergency or a withdrawal; what was shown stays.",
        "failed": "With a reason; the patient was told.",
    },
    moves=(
        move("begin", HOUSE, "queued running", "running", "A worker takes the lease, or a dead one's."),
        move("answer", HOUSE, "running", "answered", "The text is complete."),
        move("stop", f"patient owner reviewer {HOUSE}", "queued running", "stopped", "Somebody stopped it."),
        move("fail", HOUSE, "queued running", "failed", "Something broke, or the lease gave up."),
    ),
)

"""The permission table: each permission with a plain sentence and the roles that hold it (pure).

What stands nowhere here is denied. `docs/states.md` prints this table; a test walks every route against it.
"""

from dataclasses import dataclass

PATIENT, OWNER, REVIEWER, IT = "patient", "owner", "reviewer", "it"
ROLES = {
    PATIENT: "A person who consults, for themselves or for someone they act for.",
    OWNER: "The doctor who owns the agent and answers for it.",
    REVIEWER: "A doctor who reviews and signs for the owner.",
    IT: "Hospital IT: sees tenants, releases and health; never a patient's words.",
}
CLINICIANS = frozenset({OWNER, REVIEWER})


@dataclass(frozen=True)
class Permission:
    """One thing that can be done, by whom, in words."""

    name: str
    sentence: str
    roles: frozenset[str]


def _may(name: str, sentence: str, *roles: str) -> Permission:
    return Permission(name, sentence, frozenset(roles))


TABLE = {
    permission.name: permission
    for permission in (
        _may("agents.see", "See the tenant's agents.", PATIENT, OWNER, REVIEWER, IT),
        _may("consents.decide", "Give or withdraw one's own consent.", PATIENT),
        _may("consult.open", "Open a consult.", PATIENT),
        _may("consult.list", "List one's own consults.", PATIENT),
        _may("consult.write", "Write in one's own consult.", PATIENT),
        _may("consult.read", "Read a consult one takes part in or reviews.", PATIENT, OWNER, REVIEWER),
        _may("consult.stop", "Stop the agent while it answers.", PATIENT),
        _may("consult.acknowledge", "Answer an emergency card.", PATIENT),
        _may("consult.close", "Close a consult.", PATIENT, OWNER, REVIEWER),
        _may("worklist.read", "Read the worklist.", OWNER, REVIEWER),
        _may("worklist.claim", "Claim an item of the worklist.", OWNER, REVIEWER),
        _may("consult.takeover", "Take over from the agent.", OWNER, REVIEWER),
        _may("consult.handback", "Hand a consult back to the agent.", OWNER, REVIEWER),
        _may("consult.edit", "Edit the draft reply.", OWNER, REVIEWER),
        _may("consult.sign", "Sign a reply, and undo within ten seconds.", OWNER, REVIEWER),
        _may("house.see", "See tenants, releases and health.", IT),
    )
}


def allows(permission: str, role: str) -> bool:
    """Whether a role holds a permission; an unknown permission raises KeyError."""
    return role in TABLE[permission].roles

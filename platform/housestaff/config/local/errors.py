"""What goes wrong on one machine, said in sentences a person can act on."""


class StartError(Exception):
    """Why a part cannot start or serve here: what is wrong, that nothing was lost, and what to do."""

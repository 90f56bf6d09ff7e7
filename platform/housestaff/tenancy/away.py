"""Is the database away? Most broken connections are told as such; some only in the words of a bare DatabaseError."""

from django.db import DatabaseError, InterfaceError, OperationalError


def database_is_away(error: BaseException) -> bool:
    """Whether nothing was committed because the connection broke or a lock was not had in time: try again.

    When one backend is killed, psycopg2 tells "server closed the connection unexpectedly" as a bare DatabaseError.
    """
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return type(error) is DatabaseError and "connection" in str(error)

"""LoRA adapters as files: which folder may be served, what its digest is, and where it is published.

Pure of Django. A folder is read once, through one descriptor and without following links; what was checked is
what is hashed and published, byte for byte.
"""

from .base_model import BaseModel, read_base
from .checking import CheckedAdapter, check_adapter
from .problems import BadAdapter, Limits
from .publishing import Published, is_published, keep, publish, served_name, verify_published
from .reading import adapter_digest

__all__ = [
    "BadAdapter",
    "BaseModel",
    "CheckedAdapter",
    "Limits",
    "Published",
    "adapter_digest",
    "check_adapter",
    "is_published",
    "keep",
    "publish",
    "read_base",
    "served_name",
    "verify_published",
]

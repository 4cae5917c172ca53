"""The table `[web]` of the settings: how many may be connected at once.

```toml
[web]
connections = 512
connections_per_address = 256
```
"""

from pydantic import BaseModel, ConfigDict, Field

CONNECTIONS = 512
"""A browser takes seven at most (six and its stream), so these are seventy of them, busy."""
CONNECTIONS_PER_ADDRESS = 256
"""Thirty colleagues behind one address take 210."""


class WebSettings(BaseModel):
    """Who says nothing makes room for who comes, so these bind only those that are served."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connections: int = Field(default=CONNECTIONS, ge=8, le=900)  # see runtime/descriptors.py
    connections_per_address: int = Field(default=CONNECTIONS_PER_ADDRESS, ge=4)

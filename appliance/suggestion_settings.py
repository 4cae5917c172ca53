"""The table `[suggestions]` of the settings: a language model that proposes answers.

```toml
[suggestions]
url = "http://127.0.0.1:11434/v1"          # speaks OpenAI's chat completions
model = "llama3.2"
key_file = "/etc/balie/suggestions-key"    # where the server wants one
within_s = 8                               # longer nobody waits for a proposal
```

The address is of this machine or of the company's own network; no other one is asked. Nothing is
asked for a branch before an administrator switches it on there.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class SuggestionSettings(BaseModel):
    """`key_file` holds the key alone, in one line."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(min_length=1, max_length=500, pattern=r"^https?://[!-~]+$")
    model: str = Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")
    key_file: Path | None = None
    within_s: float = Field(default=8, ge=1, le=30)

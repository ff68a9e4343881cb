"""deploy/compose/secured.yml and the script that makes its secrets, against the matrix and against docker-compose.yml; no engine."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from dunghen.contracts.kafka_users import all_users

ROOT = Path(__file__).parents[3]
OVERLAY: dict[str, Any] = yaml.safe_load((ROOT / "deploy/compose/secured.yml").read_text(encoding="utf-8"))
BASE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVERS = {"kafka", "kafka-users", "redis"}
BOARD = {"prepare", "projector", "api", "webhooks"}  # who talks to Redis
ADMINISTRATES = {"prepare", "kafka-rights"}


def talks_to_kafka() -> set[str]:
    return {name for name, service in BASE["services"].items() if "DUNGHEN_KAFKA" in (service.get("environment") or {})}


def test_everything_that_talks_to_kafka_does_it_as_a_user_of_its_own_with_its_own_password_alone() -> None:
    assert talks_to_kafka() > {"ingest", "scoring", "projector", "api", "webhooks", "alerts", "reconcile"}
    assert talks_to_kafka() | {"kafka-rights"} == OVERLAY["services"].keys() - SERVERS
    for name in talks_to_kafka() | {"kafka-rights"}:
        service, user = OVERLAY["services"][name], "admin" if name in ADMINISTRATES else name
        environment = service["environment"]
        assert user == "admin" or user in all_users()
        assert (environment["DUNGHEN_KAFKA_SECURITY_PROTOCOL"], environment["DUNGHEN_KAFKA_USER"]) == ("SASL_SSL", user)
        assert environment["DUNGHEN_KAFKA_PASSWORD_FILE"] == f"/run/secrets/kafka-{user}.password"
        board = ["redis.address"] if name in BOARD else []
        assert service["secrets"] == ["kafka-ca.pem", f"kafka-{user}.password", *board]
        assert environment.get("DUNGHEN_REDIS_FILE") == ("/run/secrets/redis.address" if board else None)


def test_the_broker_lets_nobody_in_by_plain_text_and_gives_nothing_that_was_not_given() -> None:
    kafka = OVERLAY["services"]["kafka"]["environment"]
    protocols = dict(pair.split(":") for pair in kafka["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    listeners = {each.partition(":")[0] for each in kafka["KAFKA_LISTENERS"].split(",")}
    assert protocols == {"INTERNAL": "SASL_SSL", "BROKER": "SSL", "CONTROLLER": "SSL"}
    assert listeners == protocols.keys()
    assert {kafka[f"KAFKA_LISTENER_NAME_{name}_SSL_CLIENT_AUTH"] for name in listeners - {"INTERNAL"}} == {"required"}
    assert kafka["KAFKA_ALLOW_EVERYONE_IF_NO_ACL_FOUND"] == "false"
    assert kafka["KAFKA_SUPER_USERS"].split(";") == ["User:broker", "User:admin"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "secrets"
    subprocess.run((ROOT / "deploy/kafka/make-secrets", folder, "kafka", "kafka-2"), check=True, umask=0o077)
    return folder


def test_containers_of_other_uids_can_read_what_they_mount_whatever_the_umask_of_who_makes_it(made: Path) -> None:
    modes = {Path(secret["file"]).name: (made / Path(secret["file"]).name).stat().st_mode & 0o777 for secret in OVERLAY["secrets"].values()}
    assert modes == dict.fromkeys(modes, 0o444)


def test_the_script_makes_all_that_the_overlay_mounts_and_changes_nothing_when_repeated(made: Path) -> None:
    mounted = {Path(secret["file"]).name for secret in OVERLAY["secrets"].values()}
    assert mounted == {file.name for file in made.iterdir()} - {"kafka-ca.key"}
    passwords = {f"kafka-{name}.password" for name in ("admin", *all_users())}
    assert passwords | {"redis.password"} == {name for name in mounted if name.endswith(".password")}
    assert set(OVERLAY["services"]["kafka-users"]["secrets"]) == {name for name in mounted if name.startswith("kafka-")}
    assert len({(made / name).read_text() for name in passwords}) == len(passwords)
    before = {file: file.read_bytes() for file in made.iterdir()}
    subprocess.run((ROOT / "deploy/kafka/make-secrets", made), check=True)
    assert {file: file.read_bytes() for file in made.iterdir()} == before
    assert (made.stat().st_mode & 0o777, (made / "kafka-ca.key").stat().st_mode & 0o777) == (0o700, 0o400)


def test_the_certificate_is_for_the_brokers_names_and_signed_by_the_authority(made: Path) -> None:
    certificate, authority = x509.load_pem_x509_certificates((made / "kafka-broker.pem").read_bytes())
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"localhost", "kafka", "kafka-2"}
    assert certificate.subject.rfc4514_string() == "CN=broker"
    assert len(ssl.create_default_context(cadata=(made / "kafka-ca.pem").read_text()).get_ca_certs()) == 1


def test_redis_is_told_by_tls_alone_and_its_password_stands_in_files_alone(made: Path) -> None:
    """Its certificate is a server's: to the brokers, which know each other by certificates of the same authority, it is nobody."""
    password = (made / "redis.password").read_text().strip()
    assert (made / "redis.conf").read_text() == f"requirepass {password}\n"
    assert (made / "redis.address").read_text() == f"rediss://:{password}@redis:6379/0?ssl_ca_certs=/run/secrets/kafka-ca.pem\n"
    certificate, authority = x509.load_pem_x509_certificates((made / "redis.pem").read_bytes())
    certificate.verify_directly_issued_by(authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"localhost", "redis"}
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    redis = OVERLAY["services"]["redis"]
    assert redis["command"][redis["command"].index("--port") + 1] == "0"


def test_without_the_authority_s_key_no_new_certificate_is_made(made: Path, tmp_path: Path) -> None:
    (tmp_path / "kafka-ca.pem").write_bytes((made / "kafka-ca.pem").read_bytes())
    done = subprocess.run((ROOT / "deploy/kafka/make-secrets", tmp_path), capture_output=True, text=True, check=False)
    assert (done.returncode, "kafka-ca.key is away" in done.stderr, (tmp_path / "kafka-broker.pem").exists()) == (1, True, False)

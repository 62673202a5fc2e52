"""Every version the lab is built from. go/*/go.mod pin the rest."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

KUBERNETES = "1.34.4"
CONFLUENT_KAFKA = "2.16.0"
CHECK_JSONSCHEMA = "0.39.0"  # for the schemas of GitHub's and GitLab's files in it
GO_FROM_PYPI = "1.27.3"  # used only where the machine's own Go is missing or too old

DEBIAN_PACKAGES = [
    "busybox-static", "containerd", "containernetworking-plugins", "gcc",
    "iproute2", "libc6-dev", "maven", "openjdk-17-jdk-headless", "openssl",
    "pre-commit", "python3-jsonschema", "python3-venv", "python3-yaml", "runc",
    "util-linux",
]

# What Kafka, Jolokia and the exporter load; a whole JDK would be three times as large.
JAVA_MODULES = [
    "java.base", "java.desktop", "java.instrument", "java.logging",
    "java.management", "java.management.rmi", "java.naming", "java.net.http",
    "java.security.jgss", "java.security.sasl", "java.sql", "java.xml",
    "jdk.crypto.ec", "jdk.httpserver", "jdk.management",
    "jdk.management.agent", "jdk.naming.dns", "jdk.security.jgss",
    "jdk.unsupported", "jdk.zipfs",
]

MAVEN_DEPENDENCY_PLUGIN = "2.8"


@dataclass(frozen=True)
class Jar:
    """A Maven artifact; `alone` leaves out what it depends on."""

    group: str
    name: str
    version: str
    classifier: str = ""
    alone: bool = False


def _kafka(version, names):
    return [Jar("org.apache.kafka", name, version) for name in names]


@dataclass(frozen=True)
class KafkaImage:
    """An image that carries the platform's tag and holds Kafka's own jars."""

    tag: str
    kafka: str
    metadata: str
    jars: tuple

    @property
    def reference(self):
        return f"docker.io/confluentinc/cp-server:{self.tag}"


KAFKA_IMAGES = {
    "8.3.0": KafkaImage("8.3.0", "4.3.0", "4.3-IV0", tuple(
        _kafka("4.3.0", ["kafka_2.13", "kafka-server", "kafka-tools",
                         "kafka-shell", "kafka-clients", "connect-runtime",
                         "connect-json", "connect-file"])
        # Logging comes with none of them.
        + [Jar("org.apache.logging.log4j", name, "2.25.4")
           for name in ("log4j-slf4j-impl", "log4j-core", "log4j-1.2-api")])),
    "7.9.2": KafkaImage("7.9.2", "3.9.2", "3.9-IV0", tuple(
        _kafka("3.9.2", ["kafka_2.13", "kafka-tools", "kafka-clients",
                         "connect-runtime", "connect-file"])
        + [Jar("org.slf4j", "slf4j-reload4j", "1.7.36")])),
}
DEFAULT_KAFKA = "8.3.0"

AGENTS = (
    Jar("org.jolokia", "jolokia-agent-jvm", "2.3.0", "javaagent", alone=True),
    Jar("io.prometheus.jmx", "jmx_prometheus_javaagent", "1.0.1", alone=True),
)


def digest(*parts):
    """A short key that changes when any part does; a Path stands for its content."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()[:12]

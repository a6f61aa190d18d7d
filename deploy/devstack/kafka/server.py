"""Apache Kafka (KRaft, one node) from its Maven jars, behind the same face as the embedded broker."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

from deploy.devstack.broker import BrokerFailedError, BrokerProcess

JAVA_AT_LEAST = 17
_POM = Path(__file__).parent / "pom.xml"


class KafkaBroker(BrokerProcess):
    """Apache Kafka (KRaft, one node) from its Maven jars. Its data lies in `folder`, so a kill loses nothing."""

    name = "kafka"
    seconds_to_start = 60.0

    def __init__(self, folder: Path, port: int, controller_port: int, jars: Path, *, outlives_us: bool = False) -> None:
        super().__init__(folder, port, outlives_us=outlives_us)
        self._controller_port = controller_port
        self._jars = jars
        self._cluster_id = ""

    def start(self) -> None:
        fetch_jars(self._jars)
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()
        self._run(
            ["java", "-Xmx512m", "-XX:+UseSerialGC", *self._java_options(), "kafka.Kafka", str(self._settings())],
            dict(os.environ),
        )

    def wipe(self) -> None:
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self._cluster_id = ""

    def restart(self, *, same_cluster_id: bool = False) -> None:
        before = self._cluster_id
        self.wipe()
        self._cluster_id = before if same_cluster_id else ""
        self.start()

    def _java_options(self) -> list[str]:
        return ["-cp", f"{self._jars}/*", f"-Dlog4j2.configurationFile={_POM.parent / 'log4j2.yaml'}"]

    def _settings(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "server.properties"
        controller = f"127.0.0.1:{self._controller_port}"
        lines = _KAFKA | {
            "listeners": f"PLAINTEXT://{self.bootstrap_servers},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap_servers}",
            "controller.quorum.voters": f"1@{controller}",
            "log.dirs": str(self.folder / "data"),
        }
        path.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        return path

    def _format(self) -> None:
        self._cluster_id = self._cluster_id or uuid4().hex[:22]
        done = subprocess.run(
            ["java", "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *self._java_options(),
             "kafka.tools.StorageTool", "format", "--cluster-id", self._cluster_id, "--config", str(self._settings())],
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise BrokerFailedError(done.stderr.strip() or done.stdout.strip())


_KAFKA = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "2",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # A broker that was killed may come back at once: its old registration must not hold it off for long.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
    "log.cleaner.dedupe.buffer.size": "8388608",
}


def what_kafka_lacks() -> str:
    """One sentence on what this machine lacks for Apache Kafka, or nothing."""
    if shutil.which("java") is None:
        return f"Apache Kafka needs a Java runtime (JVM {JAVA_AT_LEAST} or newer) and this machine has none."
    told = subprocess.run(["java", "-version"], capture_output=True, text=True).stderr
    version = told.split('"')[1].split(".")[0] if '"' in told else "0"
    if not version.isdigit() or int(version) < JAVA_AT_LEAST:
        return f"Apache Kafka needs JVM {JAVA_AT_LEAST} or newer; `java` here is version {version}."
    return ""


def fetch_jars(jars: Path) -> None:
    """Downloads Kafka's jars once, by Maven, as `pom.xml` pins them."""
    jars.parent.mkdir(parents=True, exist_ok=True)
    with jars.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _fetch(jars)


def _fetch(jars: Path) -> None:
    if lack := what_kafka_lacks():
        raise BrokerFailedError(lack)
    stamp = jars / ".complete"
    if stamp.exists() and stamp.read_text() == _POM.read_text():
        return
    if shutil.which("mvn") is None:
        raise BrokerFailedError("Apache Kafka's jars are fetched by Maven, and this machine has no `mvn`.")
    shutil.rmtree(jars, ignore_errors=True)
    jars.mkdir(parents=True)
    done = subprocess.run(
        ["mvn", "-B", "-q", "-f", str(_POM), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"],
        capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise BrokerFailedError(f"Maven could not fetch Apache Kafka: {done.stdout.strip()[-400:]}")
    stamp.write_text(_POM.read_text())

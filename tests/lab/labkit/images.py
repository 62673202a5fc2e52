"""Container images made by hand: a root file system in a docker archive."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import artifacts, pins
from .errors import LabError
from .proc import run

PAUSE = "localhost/pause:1"
BUSYBOX = ["docker.io/library/busybox:1", "localhost/busybox:1"]

# Tools by the names the platform's image has them under.
TOOLS = {
    "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-features": "org.apache.kafka.tools.FeatureCommand",
    "kafka-leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
    "kafka-reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
    "kafka-storage": "kafka.tools.StorageTool",
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
}


def write_archive(root, references, start, target):
    """Packs `root` as the only layer of an image; `start` says what it runs."""
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        scratch = Path(scratch)
        layer = scratch / "layer.tar"
        run(["tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner",
             "-C", root, "-cf", layer, "."])
        with open(layer, "rb") as data:
            layer_digest = hashlib.file_digest(data, "sha256").hexdigest()
        (scratch / "config.json").write_text(json.dumps({
            "architecture": "amd64",
            "os": "linux",
            "config": {**start, "Env": ["PATH=/usr/bin:/bin:/opt/jre/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
            "history": [{"created_by": "cfkops lab"}],
        }))
        (scratch / "manifest.json").write_text(json.dumps([{
            "Config": "config.json", "RepoTags": references, "Layers": ["layer.tar"]}]))
        run(["tar", "-C", scratch, "-cf", target,
             "manifest.json", "config.json", "layer.tar"])


def make_pause(out):
    run(["gcc", "-static", "-O2", "-s", "-o", out / "pause", artifacts.IMAGES / "pause.c"])


def _busybox_root(root):
    for name in ("bin", "usr/bin", "tmp", "etc", "proc", "dev", "sys", "root"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "tmp").chmod(0o1777)
    shutil.copy2("/bin/busybox", root / "bin" / "busybox")
    for applet in run(["/bin/busybox", "--list"]).split():
        if applet != "busybox":  # it lists itself, and would link to itself
            (root / "bin" / applet).symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n")


def make_base(out):
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        root = Path(scratch) / "pause"
        root.mkdir()
        shutil.copy2(artifacts.needed(artifacts.pause()), root / "pause")
        write_archive(root, [PAUSE], {"Entrypoint": ["/pause"]}, out / "pause.tar")
        root = Path(scratch) / "busybox"
        _busybox_root(root)
        write_archive(root, BUSYBOX, {"Cmd": ["sh"]}, out / "busybox.tar")


def _copy_libraries(binaries, root):
    """Copies the shared libraries these programs load, and the loader."""
    listed = subprocess.run(["ldd", *binaries], stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, text=True, check=False).stdout
    wanted = {path for path in re.findall(r"(/\S+\.so[.\d]*)", listed)
              if "/jre-" not in path}
    # Loaded by name at run time, so that ldd does not see them.
    wanted.update(f"/lib/x86_64-linux-gnu/lib{name}.so.2"
                  for name in ("nss_dns", "nss_files", "resolv"))
    target = root / "usr/lib/x86_64-linux-gnu"
    target.mkdir(parents=True)
    (root / "lib").symlink_to("usr/lib")
    (root / "lib64").mkdir()
    for path in sorted(wanted):
        if os.path.exists(path):
            shutil.copy(path, root / "lib64" if "ld-linux" in path else target)


def make_kafka(image, out):
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        root = Path(scratch)
        _kafka_root(image, root)
        _run_once(image, root)
        write_archive(root, [image.reference], {"Entrypoint": ["/opt/kafka/start.sh"]}, out / "image.tar")


def _kafka_root(image, root):
    _busybox_root(root)
    jre = artifacts.needed(artifacts.jre())
    shutil.copytree(jre, root / "opt/jre", symlinks=True)
    _copy_libraries([jre / "bin/java", *jre.glob("lib/*.so"), *jre.glob("lib/server/*.so")], root)
    shutil.copytree(artifacts.IMAGES / "kafka", root / "opt/kafka")
    for script in (root / "opt/kafka").glob("*.sh"):
        script.chmod(0o755)
    shutil.copytree(artifacts.needed(artifacts.jars(image.tag, image.jars)), root / "opt/kafka/lib")
    agents = artifacts.needed(artifacts.jars("agents", pins.AGENTS))
    for jar in agents.glob("*.jar"):
        short = "jolokia.jar" if jar.name.startswith("jolokia") else "exporter.jar"
        shutil.copy2(jar, root / "opt/kafka" / short)
    # The order is part of what an archive of classes is checked against, so
    # it is written down instead of left to a wildcard.
    names = sorted(path.name for path in (root / "opt/kafka/lib").glob("*.jar"))
    (root / "opt/kafka/classpath").write_text(":".join(f"/opt/kafka/lib/{n}" for n in names))
    for tool, main in TOOLS.items():
        script = root / "usr/bin" / tool
        script.write_text(f'#!/bin/sh\nexec /opt/kafka/tool.sh {main} "$@"\n')
        script.chmod(0o755)


def _run_once(image, root):
    """Runs Kafka inside its image: formats a directory for each role and dumps
    the classes it loads, both of which each start would otherwise repeat."""
    done = subprocess.run(
        ["unshare", "--mount", "--pid", "--net", "--uts", "--fork", "--kill-child",
         "--propagation", "private",
         "sh", "-ec", 'echo localhost > /proc/sys/kernel/hostname; ip link set lo up; '
         'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; '
         'exec chroot "$0" /opt/kafka/prepare.sh', str(root)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=600, check=False, env={"PATH": os.environ["PATH"], "METADATA": image.metadata})
    if done.returncode != 0 or not (root / "opt/kafka/classes.jsa").exists():
        last = " / ".join(done.stdout.strip().splitlines()[-5:])
        raise LabError(f"the first run of Kafka {image.kafka} failed: {last}")
    for rubbish in (root / "tmp").iterdir():
        shutil.rmtree(rubbish) if rubbish.is_dir() else rubbish.unlink()


def make_store(out):
    """Imports the images with a containerd of its own, so that a node starts
    with a copy by hard links instead of importing them again."""
    archives = [artifacts.base_images() / "pause.tar", artifacts.base_images() / "busybox.tar",
                artifacts.kafka_image(pins.DEFAULT_KAFKA)]
    config = out / "containerd.toml"
    config.write_text(f"""version = 2
root = "{out}/root"
state = "/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "/run/containerd.sock"
""")
    script = """
mount -t tmpfs tmpfs /run
containerd -c "$0" > "$0.log" 2>&1 &
socket=/run/containerd.sock
tries=0
until ctr -a $socket version > /dev/null 2>&1; do
  tries=$((tries + 1)); [ $tries -lt 300 ] || { cat "$0.log"; exit 1; }
  sleep 0.1
done
for archive; do ctr -a $socket -n k8s.io images import "$archive"; done
kill -TERM $!
wait $! || true
"""
    run(["unshare", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child",
         "--propagation", "private", "sh", "-ec", script, config, *archives])
    config.unlink()
    config.with_name("containerd.toml.log").unlink()
    for path in (out / "root").iterdir():
        path.rename(out / path.name)
    (out / "root").rmdir()

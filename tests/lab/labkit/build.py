"""`lab build`: everything the lab needs, once per set of pins."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from . import artifacts, golang, images, machine, pins, schemas
from .artifacts import made
from .errors import LabError
from .lab import home, locked
from .proc import run


def build(kafka_tags=(pins.DEFAULT_KAFKA,)):
    """Builds what is missing; two at once wait for each other."""
    machine.check()
    with locked(home() / "build.lock"):
        machine.install_packages()
        with ThreadPoolExecutor() as pool:
            # Side by side, because the one waits for the network when the
            # other computes.
            tasks = [pool.submit(_programs), pool.submit(_kafka_parts, kafka_tags)]
            for task in tasks:
                task.result()
        made(artifacts.store(), "the nodes' image store", images.make_store)
        artifacts.link_bin()


def _programs():
    go, modules = None, list(artifacts.GO.glob("*/go.mod"))
    for binary, package, flags in (
            (artifacts.kube(), ".", _version_flags()),
            (artifacts.coredns(), ".", ""),
            (artifacts.kwok(), "sigs.k8s.io/kwok/cmd/kwok", ""),
            (artifacts.helm(), "helm.sh/helm/v3/cmd/helm", ""),
            (artifacts.actionlint(), "github.com/rhysd/actionlint/cmd/actionlint", "")):
        if binary.exists():
            continue
        go = go or golang.find(modules)
        module = artifacts.GO / binary.parent.name.partition("-")[0]
        made(binary.parent, binary.name,
             lambda out, b=binary, p=package, f=flags, m=module: _compile(go, m, p, f, out / b.name))
    made(artifacts.schemas(), "the schemas", lambda out: schemas.make(go or golang.find(modules), out))


def _compile(go, module, package, flags, output):
    run([go, "build", "-trimpath", "-buildvcs=false", "-mod=readonly",
         "-ldflags", f"-s -w {flags}".strip(), "-o", output, package],
        cwd=module, env=dict(os.environ, CGO_ENABLED="0", GOTOOLCHAIN="local"))
    if output.name == "kube":
        output.with_name("kubectl").symlink_to("kube")


def _version_flags():
    """Without its version the server's answer is one that kubectl cannot parse."""
    major, minor, _ = pins.KUBERNETES.split(".")
    version = "k8s.io/component-base/version"
    return (f"-X {version}.gitVersion=v{pins.KUBERNETES} -X {version}.gitMajor={major} "
            f"-X {version}.gitMinor={minor} "
            f"-X k8s.io/client-go/pkg/version.gitVersion=v{pins.KUBERNETES}")


def _kafka_parts(tags):
    made(artifacts.python().parent.parent, "the Kafka client", _make_python)
    made(artifacts.pause().parent, "pause", images.make_pause)
    made(artifacts.base_images(), "the base images", images.make_base)
    made(artifacts.jre(), "the Java run time", _make_jre)
    made(artifacts.jars("agents", pins.AGENTS), "the Java agents",
         lambda out: _make_jars(pins.AGENTS, out))
    for tag in tags:
        image = pins.KAFKA_IMAGES[tag]
        made(artifacts.jars(tag, image.jars), f"Kafka {image.kafka}'s jars",
             lambda out, image=image: _make_jars(image.jars, out))
        made(artifacts.kafka_image(tag).parent, f"the image of Kafka {image.kafka}",
             lambda out, image=image: images.make_kafka(image, out))


def _make_python(out):
    # A virtual environment knows its own path, so it is made in its place.
    place = artifacts.python().parent.parent
    out.rmdir()
    try:
        run([artifacts.interpreter(), "-m", "venv", place])
        run([place / "bin" / "python", "-m", "pip", "install", "-q",
             f"confluent-kafka=={pins.CONFLUENT_KAFKA}"])
        place.rename(out)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def java_home():
    for home_dir in sorted(os.scandir("/usr/lib/jvm"), key=lambda entry: entry.name):
        if home_dir.name.startswith("java-17-openjdk-"):
            return home_dir.path
    raise LabError("no OpenJDK 17 below /usr/lib/jvm")


def _make_jre(out):
    out.rmdir()  # jlink insists on making it
    run([f"{java_home()}/bin/jlink", "--add-modules", ",".join(pins.JAVA_MODULES),
         "--strip-debug", "--no-man-pages", "--no-header-files", "--compress=1",
         "--output", out])
    run([out / "bin" / "java", "-Xshare:dump", "-XX:+UseSerialGC"])


def _make_jars(wanted, out):
    (out / "pom.xml").write_text(_pom(wanted, out))
    run(["mvn", "-q", "-B", "-f", out / "pom.xml", "dependency:copy-dependencies"],
        env=dict(os.environ, JAVA_HOME=java_home()))
    (out / "pom.xml").unlink()


def _pom(wanted, out):
    lines = []
    for jar in wanted:
        classifier = f"<classifier>{jar.classifier}</classifier>" if jar.classifier else ""
        alone = ("<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId>"
                 "</exclusion></exclusions>" if jar.alone else "")
        lines.append(f"<dependency><groupId>{jar.group}</groupId><artifactId>{jar.name}</artifactId>"
                     f"<version>{jar.version}</version>{classifier}{alone}</dependency>")
    dependencies = "\n    ".join(lines)
    return f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>cfkops</groupId><artifactId>lab</artifactId><version>1</version>
  <packaging>pom</packaging>
  <build><plugins><plugin>
    <groupId>org.apache.maven.plugins</groupId>
    <artifactId>maven-dependency-plugin</artifactId>
    <version>{pins.MAVEN_DEPENDENCY_PLUGIN}</version>
    <configuration>
      <outputDirectory>{out}</outputDirectory>
      <includeScope>runtime</includeScope>
    </configuration>
  </plugin></plugins></build>
  <dependencies>
    {dependencies}
  </dependencies>
</project>
"""

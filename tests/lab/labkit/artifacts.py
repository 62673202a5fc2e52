"""The cache: each thing under a key of everything it is made from.

A thing that exists is complete, since it is made aside and then renamed; a
changed pin gives a new key, so old and new live side by side and two work
trees can share the cache."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import pins
from .errors import LabError
from .lab import home

GO = pins.ROOT / "go"
IMAGES = pins.ROOT / "images"


def cache():
    return home() / "cache"


def tell(line):
    print(f"lab: {line}", file=sys.stderr, flush=True)


def made(path, what, make):
    """Makes `path` once; `make` fills the folder it is given."""
    if path.exists():
        return path
    began = time.monotonic()
    tell(f"building {what}")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        draft.chmod(0o755)
        make(draft)
        draft.rename(path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    tell(f"built {what} in {time.monotonic() - began:.0f} s")
    return path


def needed(path):
    """A built thing, or the word to build it."""
    if not path.exists():
        raise LabError(f"{path.name} is not built; run 'lab build' first")
    return path


def _go_dir(name, *extra):
    module = GO / name
    files = sorted(module.glob("*.go")) + [module / "go.mod", module / "go.sum"]
    return cache() / f"{name}-{pins.digest(*files, *extra)}"


def kube():
    return _go_dir("kube", pins.KUBERNETES) / "kube"


def kubectl():
    return kube().with_name("kubectl")


def coredns():
    return _go_dir("dns") / "coredns"


def kwok():
    return _go_dir("nodes") / "kwok"


def helm():
    return _go_dir("helm") / "helm"


def actionlint():
    return _go_dir("recipes") / "actionlint"


def schemas():
    """What the reports of lint and the files in docs/ci are held against."""
    modules = [GO / "recipes" / name for name in ("go.mod", "go.sum")]
    return cache() / f"schemas-{pins.digest(*modules, pins.CHECK_JSONSCHEMA)}"


def pause():
    return cache() / f"pause-{pins.digest(IMAGES / 'pause.c')}" / "pause"


def interpreter():
    """The Python that clients run on: the same one whoever starts the lab."""
    debian = "/usr/bin/python3"
    return os.path.realpath(debian if os.path.exists(debian) else sys.executable)


def python():
    """A Python that has the Kafka client."""
    key = pins.digest(pins.CONFLUENT_KAFKA, interpreter())
    return cache() / f"python-{key}" / "bin" / "python"


def jre():
    return cache() / f"jre-{pins.digest(*pins.JAVA_MODULES)}"


def jars(what, wanted):
    return cache() / f"jars-{what}-{pins.digest(pins.MAVEN_DEPENDENCY_PLUGIN, *wanted)}"


def _recipe():
    """The modules that lay out an image: when they change, so does it."""
    here = Path(__file__).resolve().parent
    return [here / "images.py"]


def base_images():
    return cache() / f"images-base-{pins.digest(IMAGES / 'pause.c', *_recipe())}"


def kafka_image(tag):
    image = pins.KAFKA_IMAGES[tag]
    files = sorted(path for path in (IMAGES / "kafka").rglob("*") if path.is_file())
    key = pins.digest(jre().name, jars(tag, image.jars).name,
                      jars("agents", pins.AGENTS).name, *files, *_recipe())
    return cache() / f"image-kafka-{tag}-{key}" / "image.tar"


def store():
    """A containerd root that already holds the images every node starts with."""
    key = pins.digest(base_images().name, kafka_image(pins.DEFAULT_KAFKA).parent.name)
    return cache() / f"store-{key}"


def link_bin():
    """Gives what people start by hand a path that does not change."""
    folder = home() / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    for target in (kube(), kubectl(), coredns(), kwok(), helm()):
        draft = folder / f".{target.name}.{os.getpid()}"
        draft.symlink_to(target)
        draft.replace(folder / target.name)
    return folder

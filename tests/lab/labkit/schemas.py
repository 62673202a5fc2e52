"""The schemas of formats that others have defined, from packages that carry them. None is kept in
the repository."""

import os
import shutil

from . import artifacts, golang, pins
from .errors import LabError
from .proc import run

GO_SARIF = "github.com/owenrumney/go-sarif/v3"


def make(go, out):
    """Fills `out` with sarif.json, github-workflows.json and gitlab-ci.json."""
    (out / "sarif.json").write_text(_of_sarif(go))
    golang.unpack(f"check-jsonschema=={pins.CHECK_JSONSCHEMA}", out)
    for name in ("github-workflows.json", "gitlab-ci.json"):
        shutil.copy(out / "tree/check_jsonschema/builtin_schemas/vendor" / name, out)
    shutil.rmtree(out / "tree")


def _of_sarif(go):
    """OASIS's schema, which go-sarif has as one long literal; go.sum vouches for it."""
    module = artifacts.GO / "recipes"
    env = dict(os.environ, GOTOOLCHAIN="local", GOFLAGS="-mod=readonly")
    run([go, "mod", "download", GO_SARIF], cwd=module, env=env)
    folder = run([go, "list", "-m", "-f", "{{.Dir}}", GO_SARIF], cwd=module, env=env).strip()
    with open(f"{folder}/pkg/report/v210/sarif/schema.go", encoding="utf-8") as source:
        parts = source.read().split("`")
    if len(parts) != 3:
        raise LabError(f"{GO_SARIF} does not have its schema as one literal any more")
    return parts[1]

#!/usr/bin/env python3
"""Writes src/base/kind_shapes.json: the shapes of the built-in kinds, which the sandbox serves and lint knows.

kind_shapes.py MODULES > kind_shapes.json

MODULES is the directory k8s.io of a Go module cache with kubernetes, api, apimachinery and
apiextensions-apiserver in the versions below. The shapes come from the published OpenAPI documents,
the names of Go's types, which messages tell, from the sources of the API.

One line holds some types, each a name ("core.v1.Pod") with its fields; "=" is how Go prints the type,
"!" marks one that apply takes as a whole, "?" one that nothing looks into. A field is its type (one of the
letters below, "@name" for another type here, "[" and "{" before the type of a list's or map's elements) and
options after "|": o (left out where it is empty), z (written even where it is not given), s and m:keys (list
types), a (atomic map), p:key (merged by strategic merge), r (retainKeys), x (replaced by strategic merge),
d:value (default), g:type (what Go calls it), e:type (what it calls the element), w:path (its number in protobuf;
"2.1" where the message that field 2 holds is none of JSON).
"""

import json
import re
import sys
from pathlib import Path

VERSIONS = {"kubernetes": "v1.34.4", "api": "v0.34.4", "apimachinery": "v0.34.4", "apiextensions-apiserver": "v0.34.4"}
ROOTS = {
    "core.v1": "Binding ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume"
    " PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    "apps.v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "batch.v1": "CronJob Job",
    "policy.v1": "Eviction PodDisruptionBudget",
    "networking.v1": "Ingress IngressClass NetworkPolicy",
    "discovery.v1": "EndpointSlice",
    "events.v1": "Event",
    "coordination.v1": "Lease",
    "rbac.v1": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "authorization.v1": "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    "authentication.v1": "SelfSubjectReview TokenRequest TokenReview",
    "autoscaling.v1": "Scale",
    "scheduling.v1": "PriorityClass",
    "storage.v1": "CSIDriver CSINode StorageClass VolumeAttachment",
    "apiextensions.v1": "CustomResourceDefinition",
    "meta.v1": "DeleteOptions Status",
}
PREFIXES = {
    "io.k8s.api.": "",
    "io.k8s.apimachinery.pkg.apis.": "",
    "io.k8s.apiextensions-apiserver.pkg.apis.": "",
}
SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "Q",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "I",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "T",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "M",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "A",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "A",
}
SCALARS = {"string": "s", "boolean": "b", "integer": "l", "number": "n"}
GO_NAMES = {"s": "string", "b": "bool", "i": "int32", "l": "int64", "n": "float64", "B": "[]uint8"}
WIDTH = 1800


def short_name(full):
    for prefix, replacement in PREFIXES.items():
        if full.startswith(prefix):
            return replacement + full[len(prefix) :]
    return None


class GoTypes:
    """The types of struct fields, as the sources have them."""

    def __init__(self, modules):
        self.modules = modules
        self.packages = {}

    def folder(self, package):
        group, version = package.split(".")
        module, inside = "api", f"{group}/{version}"
        if group == "meta":
            module, inside = "apimachinery", "pkg/apis/meta/v1"
        elif group == "apiextensions":
            module, inside = "apiextensions-apiserver", "pkg/apis/apiextensions/v1"
        return self.modules / f"{module}@{VERSIONS[module]}" / inside

    def structs(self, package):
        if package not in self.packages:
            found = {}
            for file in sorted(self.folder(package).glob("types*.go")):
                for name, body in re.findall(r"^\t?type (\w+) struct \{\n(.*?)^\}", file.read_text(), re.S | re.M):
                    fields = re.findall(r"^\t+(?:\w+\s+)?([^\s`]+)\s+`[^`]*json:\"([^,\"]+)([^\"]*)", body, re.M)
                    inline = r"^\t+([\w.]+)\s+`[^`]*json:\",inline\"(?:\s+protobuf:\"\w+,(\d+))?"
                    inlined = re.findall(inline, body, re.M)
                    numbers = re.findall(r"^[^`\n]*`[^`]*json:\"([^,\"]+)[^`]*protobuf:\"\w+,(\d+)", body, re.M)
                    named = {field: (go_type, options) for go_type, field, options in fields}
                    found[name] = (named, inlined, dict(numbers))
            self.packages[package] = found
        return self.packages[package]

    def find(self, package, name, field):
        fields, inlined, _ = self.structs(package).get(name, ({}, [], {}))
        if field in fields:
            return fields[field]
        for other, _ in inlined:
            found = self.find(*self.place(package, other), field)
            if found:
                return found
        return None

    def place(self, package, name):
        """The package and the name in it of what another package's source calls `name`."""
        qualifier, _, simple = name.rpartition(".")
        return {"": package, "metav1": "meta.v1", "v1": "core.v1"}.get(qualifier, "meta.v1"), simple

    def wire(self, package, name, field):
        """The numbers in protobuf that lead to the field, "" where it has none."""
        _, inlined, numbers = self.structs(package).get(name, ({}, [], {}))
        if field in numbers:
            return numbers[field]
        for other, number in inlined:
            below = number and self.wire(*self.place(package, other), field)
            if below:
                return f"{number}.{below}"
        return ""

    def of_field(self, type_name, field):
        """What the field's type prints as, and whether it is left out where it is empty ("o"), written
        nevertheless ("z") or a pointer (""); "0" is for a struct that is left out where it is empty."""
        package, _, name = type_name.rpartition(".")
        found = self.find(package, name, field)
        if found is None:
            return None, ""
        go_type, options = found
        writing = "" if go_type.startswith("*") else "o" if "omitempty" in options else "z"
        if "omitzero" in options:
            writing = "0"
        return self.printed(go_type.lstrip("*"), package.split(".")[1]), writing

    def printed(self, go_type, version):
        """As reflection prints it."""
        if go_type.startswith("[]"):
            return "[]" + self.printed(go_type[2:], version)
        if go_type.startswith("*"):
            return "*" + self.printed(go_type[1:], version)
        if go_type.startswith("map["):
            key, _, value = go_type[4:].partition("]")
            return f"map[{self.printed(key, version)}]{self.printed(value, version)}"
        if go_type == "byte":
            return "uint8"
        if go_type == "int":
            return "int"
        if re.fullmatch(r"string|bool|u?int(8|16|32|64)?|float64", go_type):
            return go_type
        package, dot, name = go_type.rpartition(".")
        if not dot:
            return f"{version}.{name}"
        return f"{'v1' if package in ('metav1', 'corev1') else package}.{name}"


class Shapes:
    def __init__(self, modules):
        self.definitions = {}
        self.go = GoTypes(modules)
        folder = modules / f"kubernetes@{VERSIONS['kubernetes']}" / "api" / "openapi-spec"
        for file in sorted((folder / "v3").glob("*_openapi.json")):
            document = json.loads(file.read_text())
            self.definitions.update(document.get("components", {}).get("schemas", {}))
        self.full_names = {short_name(full): full for full in self.definitions if short_name(full)}
        self.types = {}

    def add(self, name):
        if name in self.types:
            return
        definition = self.definitions[self.full_names[name]]
        package, _, simple = name.rpartition(".")
        shape = {"=": f"{package.split('.')[1]}.{simple}"}
        self.types[name] = shape
        if "properties" not in definition:
            shape["?"] = 1
        if definition.get("x-kubernetes-map-type") == "atomic":
            shape["!"] = 1
        for field, value in definition.get("properties", {}).items():
            shape[field] = self.field(value, *self.go.of_field(name, field))
            number = self.go.wire(package, simple, field)
            if number:
                shape[field] += "|w:" + number

    def field(self, value, go_type, writing):
        text, derived = self.shape(value)
        options = []
        # Go leaves out no struct unless it is told so; a target port that is not given has a default.
        if writing == "o" and text[0] in "@QTM":
            writing = "z"
        if writing == "0":
            writing = "o" if text[0] == "@" else ""
        if writing and text[0] not in "AI":
            options.append(writing)
        if value.get("x-kubernetes-list-type") == "set":
            options.append("s")
        elif value.get("x-kubernetes-list-type") == "map":
            options.append("m:" + ",".join(value["x-kubernetes-list-map-keys"]))
        if value.get("x-kubernetes-map-type") == "atomic":
            options.append("a")
        strategy = value.get("x-kubernetes-patch-strategy", "").split(",")
        if "merge" in strategy:
            options.append("p:" + value.get("x-kubernetes-patch-merge-key", ""))
        if "retainKeys" in strategy:
            options.append("r")
        if "replace" in strategy:
            options.append("x")
        default = value.get("default")
        if default is not None and default != {}:
            options.append("d:" + (default if isinstance(default, str) else json.dumps(default)))
        if go_type and go_type != derived and text[0] not in "@AQITM":
            options.append("g:" + go_type)
            element = re.match(r"\[\](.*)|map\[[^\]]*\](.*)", go_type)
            inner = (element.group(1) or element.group(2)).lstrip("*") if element else ""
            if text[:1] in "[{" and text[1:2] in "sblin" and inner != GO_NAMES[text[1]]:
                options.append("e:" + inner)
        return "|".join([text] + options)

    def shape(self, value):
        """The code of the type, and what Go would call it."""
        if "allOf" in value:
            value = value["allOf"][0]
        if "$ref" in value:
            return self.reference(value["$ref"].rpartition("/")[2])
        kind = value.get("type")
        if kind == "array":
            text, go_type = self.shape(value["items"])
            return "[" + text, "[]" + go_type
        if kind == "object":
            if "additionalProperties" not in value:
                return "A", ""
            text, go_type = self.shape(value["additionalProperties"])
            return "{" + text, "map[string]" + go_type
        if kind is None:
            return "A", ""
        text = SCALARS[kind]
        if value.get("format") == "int32":
            text = "i"
        if value.get("format") == "byte":
            text = "B"
        return text, GO_NAMES[text]

    def reference(self, full):
        if full in SPECIAL:
            return SPECIAL[full], {"Q": "resource.Quantity", "I": "intstr.IntOrString"}.get(SPECIAL[full], "v1.Time")
        name = short_name(full)
        if "properties" not in self.definitions[full]:
            return "A", ""
        self.add(name)
        return "@" + name, self.types[name]["="]

    def lines(self):
        line = ""
        for name in sorted(self.types):
            text = json.dumps(name) + ":" + json.dumps(self.types[name], separators=(",", ":"), ensure_ascii=True)
            if line and len(line) + len(text) > WIDTH:
                yield line
                line = ""
            line += ("," if line else "") + text
        yield line


def main():
    shapes = Shapes(Path(sys.argv[1]))
    for package, names in ROOTS.items():
        for name in names.split():
            if f"{package}.{name}" not in shapes.full_names:
                sys.exit(f"no {package}.{name}")
            shapes.add(f"{package}.{name}")
    print("{" + ",\n".join(shapes.lines()) + "}")


if __name__ == "__main__":
    main()

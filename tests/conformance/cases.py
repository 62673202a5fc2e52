"""Case files: how they are found, and how the places they leave open are filled."""

import copy
import json
import pathlib
import re
import urllib.parse

import pointers

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE / "cases"
ANSWERS = HERE / "answers"

REQUEST_KEYS = {"method", "path", "query", "headers", "body", "text", "change", "until", "seconds", "events",
                "bookmarks", "only", "without", "note"}
CASE_KEYS = {"what", "given", "requests", "managed_fields"}
PLACEHOLDER = re.compile(r"\{(answer|given):(\d+):((?:/[^}]*)?)\}")

# Plurals that are not the kind in lower case with an s, and kinds outside of namespaces.
PLURALS = {"NetworkPolicy": "networkpolicies", "PriorityClass": "priorityclasses", "Endpoints": "endpoints",
           "Ingress": "ingresses", "StorageClass": "storageclasses"}
CLUSTER_KINDS = {"Namespace", "Node", "PersistentVolume", "CustomResourceDefinition", "PriorityClass",
                 "StorageClass", "ClusterRole", "ClusterRoleBinding"}


class Case:
    """One file: what is given, what is asked."""

    def __init__(self, name, content):
        self.name = name
        self.text = json.dumps(content, ensure_ascii=False)
        self.what = content["what"]
        self.given = content.get("given", [])
        self.requests = content["requests"]
        self.managed_fields = content.get("managed_fields", False)
        self._refuse_unknown(content)

    def _refuse_unknown(self, content):
        unknown = set(content) - CASE_KEYS
        for request in self.requests + [one for one in self.given if "path" in one]:
            unknown |= set(request) - REQUEST_KEYS
        if unknown:
            raise ValueError(f"{self.name}: unknown {', '.join(sorted(unknown))}")

    @property
    def answers_file(self):
        return ANSWERS / f"{self.name}.json"


def load(pattern=""):
    """The cases whose name, `area/scenario`, matches a regular expression."""
    names = sorted(str(file.relative_to(FOLDER).with_suffix("")) for file in FOLDER.rglob("*.json"))
    return [Case(name, json.loads((FOLDER / f"{name}.json").read_text())) for name in names
            if re.search(pattern, name)]


def fill(value, namespace, answers):
    """`value` with `{ns}`, `{answer:N:/pointer}` and `{given:N:/pointer}` replaced. A string that is nothing but one
    placeholder becomes what it stands for, of whatever type."""
    if isinstance(value, dict):
        return {fill(key, namespace, answers): fill(one, namespace, answers) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, namespace, answers) for one in value]
    if not isinstance(value, str):
        return value
    whole = PLACEHOLDER.fullmatch(value)
    if whole:
        return copy.deepcopy(_answered(whole, answers))
    value = PLACEHOLDER.sub(lambda match: str(_answered(match, answers)), value)
    return value.replace("{ns}", namespace)


def _answered(match, answers):
    which, number, pointer = match.groups()
    found = pointers.get(answers[which][int(number) - 1], pointer)
    if found is None:
        raise KeyError(f"{match[0]}: no such thing was answered")
    return found


def target(request):
    """Path and query as they go into the request line."""
    query = urllib.parse.urlencode(request.get("query", {}), doseq=True)
    path = urllib.parse.quote(request["path"], safe="/:%")
    return path + ("?" + query if query else "")


def creation(item):
    """The request that creates a given object."""
    group = "/apis/" + item["apiVersion"] if "/" in item["apiVersion"] else "/api/" + item["apiVersion"]
    plural = PLURALS.get(item["kind"], item["kind"].lower() + "s")
    inside = "" if item["kind"] in CLUSTER_KINDS else "/namespaces/{ns}"
    return {"method": "POST", "path": f"{group}{inside}/{plural}", "body": item}

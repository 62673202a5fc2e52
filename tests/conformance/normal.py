"""Normalisation: answers of one case without what differs from run to run. docs/conformance.md lists the rules."""

import copy
import re

import pointers

UID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"
ADDRESS = r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"
MOUNT = r"\bkube-api-access-[a-z0-9]{5}\b"
VERSION_IN_TEXT = re.compile(r"(?i)resource ?version")
NAMED_IN_TEXT = re.compile(r"(?i)resource ?version in [a-z ]+(?:: |\()(\d+)")
CURRENT_IN_TEXT = re.compile(r"(resource version: \d+ \(|current: )\d+")
HASH_LABELS = ("pod-template-hash", "controller-revision-hash", "controller.kubernetes.io/hash")
AGES = {"Age", "Duration", "Last Seen", "First Seen"}
HEADERS = ("Content-Type", "Retry-After", "Warning")


class Names:
    """What is random in one case, and the name each such thing gets at its first appearance."""

    def __init__(self, namespace, case_text):
        self._namespace = namespace
        self._case_text = case_text
        self._given = {}
        self._counts = {}
        self._suffixed = {}
        self._hashes = set()
        self._versions = set()
        self._pattern = None

    def learn(self, body):
        """Collects generated names and hashes from a whole answer, also from parts that will not be kept."""
        if isinstance(body, list):
            for one in body:
                self.learn(one)
        if not isinstance(body, dict):
            return
        metadata = body.get("metadata")
        if isinstance(metadata, dict):
            prefix, name = metadata.get("generateName"), metadata.get("name")
            if prefix and name and name.startswith(prefix):
                self._suffixed[name] = prefix
            labels = metadata.get("labels") or {}
            for label in HASH_LABELS:
                self._learn_hash(labels.get(label))
        for key in ("currentRevision", "updateRevision"):
            self._learn_hash(body.get(key))
        for key in sorted(body):
            self.learn(body[key])

    def _learn_hash(self, value):
        if isinstance(value, str) and value and value not in self._case_text:
            self._hashes.add(value.rsplit("-", 1)[-1])

    def learn_versions(self, body, is_bookmark=False):
        """Collects the resource versions whose order will be kept, also those that a message compares."""
        if isinstance(body, str):
            self._versions.update(int(one) for one in NAMED_IN_TEXT.findall(body))
        if isinstance(body, list):
            for one in body:
                self.learn_versions(one)
        elif isinstance(body, dict):
            for key in sorted(body):
                if key == "metadata" and (is_bookmark or is_list(body)):
                    continue
                value = body[key]
                if key == "resourceVersion" and isinstance(value, str) and value.isdigit() and value != "0":
                    self._versions.add(int(value))
                self.learn_versions(value)

    def version(self, value):
        ranks = sorted(self._versions)
        number = int(value)
        return f"<rv-{ranks.index(number) + 1}>" if number in self._versions else value

    def text(self, value):
        if self._pattern is None:
            known = sorted(self._suffixed, key=lambda one: (-len(one), one))
            parts = [re.escape(self._namespace), *map(re.escape, known), UID, TIME, MOUNT, ADDRESS,
                     *(rf"(?<![a-z0-9]){re.escape(one)}(?![a-z0-9])" for one in sorted(self._hashes))]
            self._pattern = re.compile("|".join(parts))
        if VERSION_IN_TEXT.search(value):
            value = CURRENT_IN_TEXT.sub(r"\1<rv>", value)
            value = re.sub(r"\b\d+\b", lambda match: self.version(match[0]), value)
        return self._pattern.sub(lambda match: self._name(match[0]), value)

    def _name(self, found):
        if found == self._namespace:
            return "{ns}"
        if found in self._suffixed:
            prefix = self._suffixed[found]
            return self.text(prefix) + self._numbered("suffix", found)
        if found in self._case_text:
            return found
        if re.fullmatch(UID, found):
            return self._numbered("uid", found)
        if re.fullmatch(TIME, found):
            return "<time>"
        if re.fullmatch(MOUNT, found):
            return "kube-api-access-<suffix>"
        return self._numbered("hash" if found in self._hashes else "ip", found)

    def _numbered(self, kind, value):
        if (kind, value) not in self._given:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._given[kind, value] = f"<{kind}-{self._counts[kind]}>"
        return self._given[kind, value]


def is_list(body):
    return isinstance(body, dict) and ("items" in body or "rows" in body) and "name" not in (body.get("metadata") or {})


class Normaliser:
    """Turns the raw answers of one case into what is recorded and compared."""

    def __init__(self, case, namespace):
        self._case = case
        self._names = Names(namespace, case.text)

    def answers(self, raw):
        """`raw` are dicts of status, headers (pairs) and either body or events, in the order of the requests."""
        selected = []
        for request, one in zip(self._case.requests, raw):
            for body in self._bodies(one):
                self._names.learn(body)
            selected.append(self._select(request, one))
        for one in selected:
            if "body" in one:
                self._names.learn_versions(one["body"])
            for event in one.get("events", []):
                self._names.learn_versions(event["object"], event["type"] == "BOOKMARK")
        return [self._answer(one) for one in selected]

    @staticmethod
    def _bodies(one):
        return ([one["body"]] if "body" in one else []) + [event["object"] for event in one.get("events", [])]

    def _select(self, request, one):
        one = copy.deepcopy(one)
        columns = []
        for body in self._bodies(one):
            columns = hide_ages(body, columns)
        if "body" in one:
            one["body"] = self._selected(request, one["body"])
        for event in one.get("events", []):
            event["object"] = self._selected(request, event["object"])
        return one

    def _selected(self, request, body):
        arrange_managed_fields(body, self._case.managed_fields)
        sort_causes(body)
        for pattern in request.get("without", []):
            pointers.without(body, pattern)
        return pointers.only(body, request["only"]) if "only" in request else body

    def _answer(self, one):
        done = {"status": one["status"], "headers": self._headers(one["headers"])}
        if "body" in one:
            done["body"] = self._body(one["body"])
        if "events" in one:
            done["events"] = [{"type": event["type"],
                               "object": self._body(event["object"], event["type"] == "BOOKMARK")}
                              for event in one["events"]]
            done["ended"] = one["ended"]
        return done

    def _headers(self, pairs):
        kept = {}
        for wanted in HEADERS:
            values = [self._names.text(value) for name, value in pairs if name.lower() == wanted.lower()]
            if values:
                kept[wanted] = values if wanted == "Warning" else values[0]
        return kept

    def _body(self, body, is_bookmark=False):
        if isinstance(body, list):
            return [self._body(one) for one in body]
        if isinstance(body, str):
            return self._names.text(body)
        if not isinstance(body, dict):
            return body
        done = {}
        for key in sorted(body):
            value = body[key]
            if key == "metadata" and isinstance(value, dict) and (is_bookmark or is_list(body)):
                done[key] = self._list_metadata(value, body)
            elif key == "resourceVersion" and isinstance(value, str) and value.isdigit() and value != "0":
                done[key] = self._names.version(value)
            elif key == "continue" and value:
                done[key] = "<continue>"
            elif key == "nodePort" and str(value) not in self._case.text:
                done[key] = "<port>"
            else:
                done[self._names.text(key)] = self._body(value)
        return done

    def _list_metadata(self, metadata, body):
        done = self._body(metadata)
        version = metadata.get("resourceVersion")
        if version:
            newest = max(versions_of(body.get("items", [])) + versions_of(body.get("rows", [])), default=0)
            done["resourceVersion"] = "<list-rv>" if int(version) >= newest else "<list-rv, older than an item>"
        return done


def versions_of(items):
    found = (pointers.get(one, "/metadata/resourceVersion") or pointers.get(one, "/object/metadata/resourceVersion")
             for one in items or [])
    return [int(one) for one in found if one]


def sort_causes(status):
    """Some validations find their causes in no particular order; the list in the message follows."""
    causes = pointers.get(status, "/details/causes")
    if not causes or len(causes) < 2:
        return
    before = _told(causes)
    causes.sort(key=lambda one: (one.get("field", ""), one.get("message", ""), one.get("reason", "")))
    if "message" in status:
        status["message"] = status["message"].replace(before, _told(causes))


def _told(causes):
    return "[" + ", ".join(f"{one.get('field')}: {one.get('message')}" for one in causes) + "]"


def arrange_managed_fields(body, keep):
    """Drops them, or sorts them: the server does so by the second of their time, which is chance."""
    if isinstance(body, list):
        for one in body:
            arrange_managed_fields(one, keep)
    elif isinstance(body, dict):
        if isinstance(body.get("metadata"), dict) and "managedFields" in body["metadata"]:
            fields = body["metadata"].pop("managedFields")
            if keep:
                body["metadata"]["managedFields"] = sorted(fields, key=lambda one: [
                    one.get(key, "") for key in ("operation", "manager", "subresource", "apiVersion")])
        for one in body.values():
            arrange_managed_fields(one, keep)


def hide_ages(table, columns):
    """Columns are those of ages in a table before this one: in a watch only the first table names them."""
    if not isinstance(table, dict) or table.get("kind") != "Table":
        return columns
    if table.get("columnDefinitions"):
        columns = [at for at, one in enumerate(table["columnDefinitions"]) if one["name"] in AGES]
    for row in table.get("rows") or []:
        for at in columns:
            row["cells"][at] = "<age>"
    return columns

"""Runs one case against a server and brings back its raw or normalised answers."""

import json
import secrets
import time

import cases
import pointers
from normal import Normaliser
from server import wait_until

AGENT = "conformance/1"
SECONDS = 20    # for what a case waits for, unless it says otherwise
SETTLE = 0.3    # for an event too many
INITIAL_END = "k8s.io/initial-events-end"


class CaseFailed(Exception):
    """The case could not be carried out: what was given was refused, or what it waits for did not come."""


class Run:
    """One case in a namespace of its own."""

    def __init__(self, case, server):
        self._case, self._server = case, server
        self._namespace = f"conf-{secrets.token_hex(4)}"
        self._answers = {"answer": [], "given": []}

    def normalised(self):
        return Normaliser(self._case, self._namespace).answers(self.raw())

    def raw(self):
        """The answers as they came; watches are collected when all requests have been answered."""
        self._make_namespace()
        for item in self._case.given:
            self._give(item)
        raw, open_watches = [], []
        for request in self._case.requests:
            request = self._fill(request)
            if "events" in request:
                answer, stream = self._open_watch(request)
                if stream:
                    open_watches.append((request, answer, stream))
            else:
                answer = self._ask(request)
            raw.append(answer)
            self._answers["answer"].append(answer.get("body"))
        for request, answer, stream in open_watches:
            answer["events"], answer["ended"] = stream.collect(request["events"], request.get("seconds", SECONDS),
                                                               SETTLE)
        return raw

    def _fill(self, value):
        return cases.fill(value, self._namespace, self._answers)

    def _make_namespace(self):
        """With its service account, without which no pod is admitted, and the last thing that controllers put in."""
        answer = self._ask(self._fill(cases.creation(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "{ns}"}})))
        if answer["status"] != 201:
            raise CaseFailed(f"namespace: {answer}")
        base = f"/api/v1/namespaces/{self._namespace}"
        for path in (f"{base}/serviceaccounts/default", f"{base}/configmaps/kube-root-ca.crt"):
            self._ask({"method": "GET", "path": path, "until": {"status": 200}})

    def _give(self, item):
        request = self._fill(cases.creation(item) if "path" not in item else item)
        answer = self._ask(request)
        if answer["status"] >= 300 and "until" not in request:
            raise CaseFailed(f"given {request['method']} {request['path']}: {answer['body']}")
        self._answers["given"].append(answer["body"])

    @staticmethod
    def _headers(request):
        headers = {"Accept": "application/json", "User-Agent": AGENT}
        if "body" in request or "text" in request:
            headers["Content-Type"] = "application/json"
        headers.update(request.get("headers", {}))
        return headers

    @staticmethod
    def _body(request):
        if "text" in request:
            return request["text"].encode()
        if "body" not in request:
            return None
        for pointer, value in request.get("change", {}).items():
            pointers.change(request["body"], pointer, value)
        return json.dumps(request["body"]).encode()

    def _ask(self, request):
        headers, body, target = self._headers(request), self._body(request), cases.target(request)

        def once():
            status, pairs, data = self._server.send(request["method"], target, headers, body)
            return {"status": status, "headers": pairs, "body": decoded(data)}

        if "until" not in request:
            return once()
        last = {}

        def satisfied():
            last.update(once())
            return all(_is(last, pointer, wanted) for pointer, wanted in request["until"].items())

        try:
            wait_until("it", request.get("seconds", SECONDS), satisfied)
        except TimeoutError as error:
            raise CaseFailed(f"{request['method']} {target} until {request['until']}: {error}; "
                             f"last {json.dumps(last.get('body'))[:2000]}") from None
        return last

    def _open_watch(self, request):
        status, pairs, stream = self._server.watch(
            cases.target(request), self._headers(request),
            lambda event: request.get("bookmarks") or not is_stray_bookmark(event))
        answer = {"status": status, "headers": pairs}
        if status == 200:
            return answer, stream
        return {**answer, "body": decoded(stream)}, None


def is_stray_bookmark(event):
    """A server may send one at any time, but for the one that ends the initial events."""
    return event["type"] == "BOOKMARK" and INITIAL_END not in event["object"]["metadata"].get("annotations", {})


def _is(answer, pointer, wanted):
    if pointer == "status":
        return answer["status"] == wanted
    return pointers.get(answer["body"], pointer) == wanted


def decoded(data):
    """JSON where it is JSON, text otherwise."""
    text = data.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def run(case, server):
    """The normalised answers of a case, and how long it took."""
    began = time.monotonic()
    return Run(case, server).normalised(), time.monotonic() - began

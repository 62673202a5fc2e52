"""A server as the runner wants it, here one behind TLS that a kubeconfig names."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

TIMEOUT = 30


class Watch:
    """An open watch. Its events come in on a thread; those that `wanted` says no to are as if they had not come."""

    def __init__(self, plug, response, wanted):
        self._plug, self._response, self._wanted = plug, response, wanted
        self._events = []
        self._ended = False
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for line in self._response:
                event = json.loads(line)
                with self._changed:
                    if self._wanted(event):
                        self._events.append(event)
                        self._changed.notify_all()
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # closed by us or cut off: either way there is no more
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def collect(self, count, seconds, settle):
        """Waits for `count` events, then `settle` longer for one too many. Events, and whether the server ended."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._events) >= count or self._ended, seconds)
            self._changed.wait_for(lambda: len(self._events) > count or self._ended, settle)
            events, ended = list(self._events), self._ended
        with contextlib.suppress(OSError):  # the server may have been first
            self._plug.shutdown(socket.SHUT_RDWR)  # wakes the reader, which close() would wait for
        return events, ended


class Server:
    """One connection for each thread that asks."""

    def __init__(self, address, context, token=None):
        self._address = urllib.parse.urlsplit(address)
        self._context = context
        self._always = {"Authorization": f"Bearer {token}"} if token else {}
        self._local = threading.local()

    def _connect(self):
        return http.client.HTTPSConnection(self._address.hostname, self._address.port or 443, timeout=TIMEOUT,
                                           context=self._context)

    def send(self, method, target, headers, body):
        """Status, headers as pairs, body as bytes."""
        connection = getattr(self._local, "connection", None) or self._connect()
        self._local.connection = connection
        try:
            connection.request(method, target, body=body, headers={**self._always, **headers})
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        except BaseException:
            connection.close()
            raise

    def watch(self, target, headers, wanted):
        """As send, with a Watch in place of the body when the server took the request."""
        connection = self._connect()
        connection.request("GET", target, headers={**self._always, **headers})
        plug = connection.sock
        response = connection.getresponse()
        if response.status != 200:
            return response.status, response.getheaders(), response.read()
        return response.status, response.getheaders(), Watch(plug, response, wanted)


def from_kubeconfig(path=None):
    """The server and client certificate of a kubeconfig, which kubectl reads for us: it is YAML."""
    environment = {**os.environ, **({"KUBECONFIG": str(path)} if path else {})}
    shown = subprocess.run(["kubectl", "config", "view", "--raw", "--minify", "-o", "json"], env=environment,
                           check=True, capture_output=True, text=True)
    config = json.loads(shown.stdout)
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    with tempfile.NamedTemporaryFile() as pair:  # the ssl module takes a client's certificate from a file alone
        pair.write(base64.b64decode(user["client-certificate-data"]) + b"\n"
                   + base64.b64decode(user["client-key-data"]))
        pair.flush()
        context.load_cert_chain(pair.name)
    return Server(cluster["server"], context)


def from_plain_kubeconfig(path):
    """The server of a kubeconfig with one cluster and one token, each member on a line of its own: needs no kubectl."""
    members = dict(re.findall(r'^\s*-?\s*(server|certificate-authority-data|token): "?([^"\n]+?)"?\s*$',
                              pathlib.Path(path).read_text(), re.MULTILINE))
    authority = base64.b64decode(members["certificate-authority-data"]).decode()
    return Server(members["server"], ssl.create_default_context(cadata=authority), members["token"])


def wait_until(what, seconds, condition, pause=0.05):
    until = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > until:
            raise TimeoutError(f"{what} did not come in {seconds} s")
        time.sleep(pause)
    return found

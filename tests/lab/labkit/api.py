"""A client for the few things the lab itself asks its API server."""

import http.client
import json
import ssl


class Api:
    """One connection; not shared between threads. Needs the lab's network."""

    def __init__(self, lab, timeout=10):
        self._context = ssl.create_default_context(cafile=lab.pki / "ca.crt")
        self._context.load_cert_chain(lab.pki / "admin.crt", lab.pki / "admin.key")
        self._host = lab.hub_address
        self._timeout = timeout
        self._connection = None

    def request(self, method, path, body=None, kind="application/json"):
        """Status and decoded answer; status 0 when nobody answers."""
        headers = {"User-Agent": "cfkops-lab", "Accept": "application/json"}
        data = None
        if body is not None:
            data = json.dumps(body)
            headers["Content-Type"] = kind
        try:
            if self._connection is None:
                self._connection = http.client.HTTPSConnection(
                    self._host, 6443, timeout=self._timeout, context=self._context)
            self._connection.request(method, path, body=data, headers=headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, None
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text.decode(errors="replace")

    def get(self, path):
        return self.request("GET", path)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ready(self):
        return self.get("/readyz")[0] == 200

    def items(self, path):
        status, answer = self.get(path)
        return answer["items"] if status == 200 else []

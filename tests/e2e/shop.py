"""A namespace for the tests of runbooks that want no Kafka: a shop with a web front, a database and its volumes."""

import json
import subprocess
import tempfile
import time

SPACE = "shop"

# Ends at once: a process with the number 1 takes no notice of being asked to.
POD = """
      terminationGracePeriodSeconds: 1
      automountServiceAccountToken: false
      enableServiceLinks: false
      containers:
        - name: it
          image: busybox:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, "echo {says}; sleep 3600"]
          resources: {{requests: {{cpu: 10m, memory: 8Mi}}}}
"""

OBJECTS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop, labels: {part: web}}
data: {color: blue}
---
apiVersion: v1
kind: Secret
metadata: {name: key, namespace: shop}
stringData: {key: open-sesame}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: small, namespace: shop}
spec: {hard: {pods: "12", services: "5"}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:""" + POD.format(says="password=hunter2-of-the-shop; echo the shop is open") + """
          ports: [{containerPort: 80}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:""" + POD.format(says="the database is open") + """
          volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        storageClassName: disks
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: 1Gi}}
"""

# What a network policy is to keep out of.
POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: web, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{app: web}}}}
  policyTypes: [Ingress]
  ingress: [{{from: [{{podSelector: {{matchLabels: {{app: {friend}}}}}}}]}}]
"""

# Somebody who can be on that node alone.
GUEST = """
apiVersion: v1
kind: Pod
metadata: {{name: guest, namespace: shop, labels: {{app: guest}}}}
spec:
  nodeSelector: {{kubernetes.io/hostname: {node}}}
  terminationGracePeriodSeconds: 0
  containers: [{{name: it, image: "busybox:1", command: [sleep, "3600"]}}]
"""

ROLES = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: reader, namespace: shop}}
rules: [{{apiGroups: [""], resources: [configmaps], verbs: [{verbs}]}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: reader, namespace: shop}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}}
subjects: [{{kind: ServiceAccount, name: clerk, namespace: shop}}]
"""


def ready_pods(lab, app, namespace=SPACE):
    """Name to node of the pods that are Ready and stay."""
    return {pod["metadata"]["name"]: pod["spec"]["nodeName"] for pod in lab.items("pods", namespace)
            if pod["metadata"].get("labels", {}).get("app") == app and "deletionTimestamp" not in pod["metadata"]
            and any(one["type"] == "Ready" and one["status"] == "True"
                    for one in pod["status"].get("conditions", []))}


def wait_until(what, holds, seconds=90):
    """Asks until it holds, and returns what it then is."""
    until = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.2)


def open_shop(lab):
    """Makes it, and waits until it is open."""
    lab.make_disks(SPACE, "data-db-0", "data-db-1")
    furnish(lab)


def furnish(lab):
    """Gives all objects in it their first form again."""
    lab.kubectl("apply", "-f", "-", stdin=OBJECTS)
    wait_until("the shop is open",
               lambda: len(ready_pods(lab, "web")) == 2 and len(ready_pods(lab, "db")) == 2)


def make_certificate(lab, days):
    """The secret web-tls, which is valid for so long."""
    lab.kubectl("-n", SPACE, "delete", "secret", "web-tls", "--ignore-not-found")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", f"{folder}/key", "-out", f"{folder}/crt", "-subj", "/CN=web",
                        "-days", str(days)], check=True, capture_output=True)
        lab.kubectl("-n", SPACE, "create", "secret", "tls", "web-tls", f"--cert={folder}/crt",
                    f"--key={folder}/key")


def content(lab, kind, name, namespace):
    """What of an object a person has written."""
    found = lab.get(kind, name, namespace)
    if found is None:
        return None
    text = json.dumps({part: found.get(part) for part in ("spec", "data", "rules", "roleRef", "subjects", "type")})
    return json.loads(text.replace(f'"namespace": "{namespace}"', '"namespace": "…"'))

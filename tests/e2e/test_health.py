"""`cfkops health` finds what is wrong, and only that: the same defects on a real cluster and on a simulated one."""

import json
import os
import subprocess
import tempfile
import time
import unittest

from support import NAMESPACE, cluster, only_full_on_lab

lab = cluster("e2e-health")

POD = "spec: {terminationGracePeriodSeconds: 0, containers: [{name: it, image: busybox:1, command: [sleep, '3600']%s}]}"

# Check, object, and what is made.
DEFECTS = [
    ("B02", "poddisruptionbudget broken/for-ever", """
apiVersion: v1
kind: Pod
metadata: {name: guarded, namespace: broken, labels: {app: guarded}}
""" + POD % "" + """
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: for-ever, namespace: broken}
spec: {minAvailable: 1, selector: {matchLabels: {app: guarded}}}
"""),
    ("B04", "pod broken/guarded-twice", """
apiVersion: v1
kind: Pod
metadata: {name: guarded-twice, namespace: broken, labels: {app: twice}}
""" + POD % "" + """
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: one, namespace: broken}
spec: {minAvailable: 0, selector: {matchLabels: {app: twice}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: two, namespace: broken}
spec: {minAvailable: 0, selector: {matchLabels: {app: twice}}}
"""),
    ("B05", f"poddisruptionbudget {NAMESPACE}/generous", f"""
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: generous, namespace: {NAMESPACE}}}
spec: {{maxUnavailable: 2, selector: {{matchLabels: {{app: kafka}}}}}}
"""),
    ("B06", "resourcequota broken/full", """
apiVersion: v1
kind: ResourceQuota
metadata: {name: full, namespace: broken}
spec: {hard: {services: "1"}}
"""),
    ("B09", "service broken/nobody", """
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: broken}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
"""),
    ("P09", "deployment broken/short", """
apiVersion: apps/v1
kind: Deployment
metadata: {name: short, namespace: broken}
spec:
  replicas: 1
  selector: {matchLabels: {app: short}}
  template:
    metadata: {labels: {app: short}}
    spec: {nodeSelector: {nowhere: "true"}, containers: [{name: it, image: busybox:1}]}
"""),
    ("S06", "persistentvolumeclaim broken/placeholder", """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: placeholder, namespace: broken}
spec: {storageClassName: dummy, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""),
]

# Of what the simulated cluster does not have.
ONLY_REAL = [
    ("B02", "poddisruptionbudget broken/uncounted", """
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: broken, labels: {app: bare}}
""" + POD % "" + """
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: uncounted, namespace: broken}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: bare}}}
"""),
    ("P01", "pod broken/no-configuration", """
apiVersion: v1
kind: Pod
metadata: {name: no-configuration, namespace: broken}
""" + POD % ", env: [{name: A, valueFrom: {configMapKeyRef: {name: missing, key: a}}}]"),
    ("K07", "validatingwebhookconfiguration nobody-answers", """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: nobody-answers}
webhooks:
  - name: nobody.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    timeoutSeconds: 5
    clientConfig: {service: {name: nobody, namespace: broken, port: 80}}
    rules: [{apiGroups: [example.com], apiVersions: [v1], resources: [nothings], operations: [CREATE]}]
"""),
    ("K08", "validatingwebhookconfiguration slow-to-give-up", """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: slow-to-give-up}
webhooks:
  - name: slow.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
    timeoutSeconds: 30
    clientConfig: {url: "https://127.0.0.1:1/"}
    rules: [{apiGroups: [example.com], apiVersions: [v1], resources: [nothings], operations: [CREATE]}]
"""),
]

# Of the checks that find something in a cluster on which nothing else is wrong.
KNOWN = set()

# Of those that cannot tell there.
UNKNOWN = set()

if os.environ.get("CFKOPS_E2E_ON", "lab") == "lab":
    DEFECTS += ONLY_REAL
    KNOWN = {"P10"}  # its pods ask for nothing
    UNKNOWN = {"K05"}  # its control plane elects no leaders

# No pod can be made in that namespace from then on.
DEFECTS.append(("B07", "deployment broken/short", """
apiVersion: v1
kind: LimitRange
metadata: {name: demanding, namespace: broken}
spec: {limits: [{type: Pod, min: {memory: 1Mi}}]}
"""))


def setUpModule():
    only_full_on_lab()
    lab.up()
    lab.tool("kafka")
    lab.wait_healthy()


def tearDownModule():
    lab.down()


def old_certificate():
    """A secret whose certificate is valid for a day more."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-keyout", f"{folder}/key", "-out", f"{folder}/crt", "-subj", "/CN=old", "-days", "1"],
                       check=True, capture_output=True)
        lab.kubectl("-n", "broken", "create", "secret", "tls", "old", f"--cert={folder}/crt", f"--key={folder}/key")


def look(*words, expect):
    done = lab.cfkops("health", "--fail-on", "warning", "-o", "json", *words)
    if done.code not in expect:
        raise AssertionError(done)
    report = json.loads(done.out)
    found = {(check["id"], one["object"]): one for check in report["checks"] for one in check["findings"]
             if one["severity"] != "info"}
    unknown = {check["id"]: check["unknown"] for check in report["checks"] if check["verdict"] == "unknown"}
    return found, unknown


class Health(unittest.TestCase):

    def wait_well(self, seconds=120):
        until = time.monotonic() + seconds
        while True:
            found, unknown = look(expect=(0, 5, 9))
            odd = sorted(key for key in found if key[0] not in KNOWN)
            if not odd and set(unknown) <= UNKNOWN:
                return
            if time.monotonic() > until:
                self.fail(f"found: {odd}; unknown: {unknown}")
            lab.nap(2)

    def test_ItFindsWhatIsWrongAndOnlyThat(self):
        self.wait_well()
        lab.kubectl("create", "namespace", "broken")
        for _, _, objects in DEFECTS:
            lab.kubectl("apply", "-f", "-", stdin=objects)
        old_certificate()
        node = lab.kubectl("get", "nodes", "-o", "name").split()[-1].removeprefix("node/")
        lab.kubectl("taint", "node", node, "odd=true:NoSchedule")
        wanted = {(check, name) for check, name, _ in DEFECTS}
        wanted |= {("T01", "secret broken/old"), ("N05", f"node {node}")}
        until = time.monotonic() + 90
        while True:
            found, _ = look(expect=(9,))
            missing = {key for key in wanted if key not in found}
            if not missing:
                break
            if time.monotonic() > until:
                self.fail(f"not found: {sorted(missing)}; found: {sorted(found)}")
            lab.nap(2)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as before:
            before.write(lab.cfkops("health", "-o", "json").out)
            before.flush()
            known, _ = look("--baseline", before.name, expect=(0, 5))
            self.assertEqual(known, {}, "nothing is new")
        lab.kubectl("taint", "node", node, "odd-")
        for _, name, _ in DEFECTS:
            if name.startswith("validatingwebhook"):
                lab.kubectl("delete", *name.split())
        lab.kubectl("-n", NAMESPACE, "delete", "pdb", "generous")
        lab.kubectl("delete", "namespace", "broken", "--wait=false")
        self.wait_well()

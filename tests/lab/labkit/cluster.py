"""`lab up` and `lab status`: the whole cluster, in the order its parts allow."""

import json
import os
import signal
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from . import cgroups, control, daemons, fake, keeper, network, node, pki, teardown
from .api import Api
from .artifacts import tell
from .errors import LabError
from .lab import claim_subnet, locked
from .proc import enter_netns, start_time, wait_for

MAX_NODES = 200


def up(lab, nodes, fake_nodes=0, fake_pods=0, owner=None, log_limit="10Mi"):
    """Starts the lab and comes back when every node takes pods. A lab that
    does not come up is taken down again."""
    if not 1 <= nodes <= MAX_NODES:
        raise LabError(f"--nodes must be 1 to {MAX_NODES}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with locked(lab.lock_file, busy=_refuse) as lock:
        lock.write(json.dumps({"pid": os.getpid(), "start": start_time(os.getpid())}))
        lock.flush()
        if is_up(lab):
            raise LabError(f"lab '{lab.name}' is already up; run 'lab down' first")
        teardown.clean(lab)  # what an earlier one may have left
        try:
            _start(lab, nodes, fake_nodes, fake_pods, owner, log_limit)
        except BaseException:
            _tell_last_words(lab)
            teardown.clean(lab)
            raise


def _refuse(_):
    raise LabError("another 'lab up' or 'lab down' of this name is at work")


def is_up(lab):
    try:
        lab.record()
        known = daemons.all_of(lab)
    except LabError:
        return False
    return bool(known) and all(one["alive"] for one in known)


def _start(lab, nodes, fake_nodes, fake_pods, owner, log_limit):
    began = time.monotonic()
    slot = claim_subnet(lab)
    lab.dir.mkdir(parents=True)
    lab.log.mkdir()
    lab.write_record(slot=slot, nodes=nodes, token=uuid.uuid4().hex)
    if owner:
        keeper.start(lab, owner)
    cgroups.create(lab, lab.nodes)
    with ThreadPoolExecutor(8) as pool:
        keys = pool.submit(pki.make_all, lab)
        network.create(lab)
        enter_netns(lab.id)  # from here on the lab's addresses are within reach
        daemons.start_init(lab)
        keys.result()
        control.start_server(lab)
        runtimes = [pool.submit(node.start_runtime, lab, one) for one in lab.nodes]
        api = control.wait_ready(lab)
        tell(f"control plane after {time.monotonic() - began:.1f} s")
        control.start_rest(lab)
        for one, runtime in zip(lab.nodes, runtimes):
            runtime.result()
            node.start_kubelet(lab, one, log_limit)
    wait_for("a ready state of every node", 180, lambda: len(ready_nodes(api)) >= nodes)
    # Without it no pod is admitted, and it is made by a controller.
    wait_for("the default service account", 60,
             lambda: api.get("/api/v1/namespaces/default/serviceaccounts/default")[0] == 200)
    tell(f"{nodes} nodes after {time.monotonic() - began:.1f} s")
    if fake_nodes:
        fake.create(lab, fake_nodes, fake_pods)
        tell(f"{fake_nodes} simulated nodes, {fake_pods} pods after "
             f"{time.monotonic() - began:.1f} s")


def ready_nodes(api):
    return [one["metadata"]["name"] for one in api.items("/api/v1/nodes") if node.is_ready(one)]


def _tell_last_words(lab):
    """The logs are about to go; says what those of dead daemons ended with."""
    try:
        dead = [one["name"] for one in daemons.all_of(lab) if not one["alive"]]
    except LabError:
        return
    for name in dead:
        lines = (lab.log / f"{name}.log").read_text(errors="replace").splitlines()
        for line in lines[-5:]:
            tell(f"{name}: {line[:300]}")


def status(lab):
    """Facts about the lab, for people and for tests."""
    record = lab.record()
    facts = {
        "name": lab.name,
        "dir": str(lab.dir),
        "kubeconfig": str(lab.kubeconfig),
        "server": lab.server,
        "netns": lab.id,
        "nodes": record["nodes"],
        "daemons": {one["name"]: {"pid": one["pid"], "alive": one["alive"]}
                    for one in daemons.all_of(lab)},
        "ready_nodes": [],
        "api_ready": False,
    }
    if lab.id in lab.all_netns():
        enter_netns(lab.id)
        api = Api(lab, timeout=3)
        facts["api_ready"] = api.ready()
        facts["ready_nodes"] = ready_nodes(api)
    return facts

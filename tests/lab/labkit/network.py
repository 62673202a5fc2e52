"""A lab's networks: one hub with the control plane, one namespace per node.

The nodes hang on a bridge inside the hub, so nothing of a lab shows on the
machine's own network, and two labs cannot meet."""

from concurrent.futures import ThreadPoolExecutor

from .proc import run


def _batch(netns, *commands):
    run(["ip", "-n", netns, "-batch", "-"], input="\n".join(commands) + "\n")


def _forward(netns):
    run(["nsenter", f"--net=/run/netns/{netns}", "sh", "-c",
         "echo 1 > /proc/sys/net/ipv4/ip_forward"])


def create(lab):
    hub = lab.id
    run(["ip", "netns", "add", hub])
    _batch(hub,
           "link set lo up",
           "link add br0 type bridge",
           f"addr add {lab.hub_address}/24 dev br0",
           "link set br0 up")
    _forward(hub)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda node: _attach(lab, node), lab.nodes))


def _attach(lab, node):
    netns = lab.node_netns(node)
    address = lab.node_address(node)
    run(["ip", "netns", "add", netns])
    _batch(lab.id,
           f"link add n{node} type veth peer name eth0 netns {netns}",
           f"link set n{node} master br0 up")
    _batch(netns,
           "link set lo up",
           f"addr add {address}/24 dev eth0",
           "link set eth0 up",
           f"route add default via {lab.hub_address}")
    _forward(netns)
    _batch(lab.id, f"route add {lab.pod_subnet(node)} via {address}")


def remove(lab):
    """Deletes every namespace; the interfaces in them go along."""
    for netns in lab.all_netns():
        run(["ip", "netns", "delete", netns])
    (lab.netns_etc / "resolv.conf").unlink(missing_ok=True)
    if lab.netns_etc.exists():
        lab.netns_etc.rmdir()

"""The command line."""

import argparse
import json
import os
import sys

from . import artifacts, build, cgroups, cluster, control, daemons, kafka, keeper, machine, pins, pki, teardown
from .errors import LabError
from .lab import Lab, home
from .proc import enter_netns

PATHS = {
    "actionlint": lambda lab: artifacts.actionlint(),
    "audit-log": lambda lab: lab.audit_log,
    "bin": lambda lab: home() / "bin",
    "dir": lambda lab: lab.dir,
    "kubeconfig": lambda lab: lab.kubeconfig,
    "kubectl": lambda lab: artifacts.kubectl(),
    "log": lambda lab: lab.log,
    "netns": lambda lab: lab.id,
    "python": lambda lab: artifacts.python(),
    "schemas": lambda lab: artifacts.schemas(),
}


def _parser():
    parser = argparse.ArgumentParser(
        prog="lab", description="A real Kubernetes and Kafka cluster on this machine, for tests.")
    parser.add_argument("--name", default=os.environ.get("CFKOPS_LAB_NAME", "lab"),
                        help="which lab (default: $CFKOPS_LAB_NAME, else 'lab')")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name, about, run):
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(run=run)
        return command

    add("check", "say whether this machine can run a lab", _check)
    one = add("build", "build what is missing of the lab's parts", _build)
    one.add_argument("--kafka", action="append", default=[], choices=sorted(pins.KAFKA_IMAGES),
                     metavar="VERSION", help="also build this platform version's image")
    one = add("up", "start a cluster", _up)
    one.add_argument("--nodes", type=int, default=3)
    one.add_argument("--fake-nodes", type=int, default=0, metavar="N")
    one.add_argument("--fake-pods", type=int, default=0, metavar="M")
    one.add_argument("--log-limit", default="10Mi", metavar="SIZE",
                     help="of a container's log, beyond which its kubelet begins another file")
    one.add_argument("--owner", type=int, metavar="PID",
                     help="take the lab down when this process ends")
    one = add("kafka", "deploy Kafka and wait until it answers", _kafka)
    one.add_argument("--version", default=pins.DEFAULT_KAFKA, choices=sorted(pins.KAFKA_IMAGES))
    one.add_argument("--controllers", type=int, default=3)
    one.add_argument("--brokers", type=int, default=3)
    one.add_argument("--namespace", default="confluent")
    one.add_argument("--brokers-only-sts-labels", choices=["operator", "plain"],
                     default="operator", help="plain: no label of the operator on the brokers")
    for name, run, about in (("load", _load, "produce to a topic and account for every message"),
                             ("sample", _sample, "watch the brokers' in-sync sets")):
        # Its options are the client's own: `lab load --help` lists them.
        commands.add_parser(name, help=about, add_help=False).set_defaults(run=run, passes_rest=True)
    one = add("slow-replication", "make catching up of replicas slow, or normal again", _slow)
    one.add_argument("state", choices=["on", "off"])
    one.add_argument("--topic", default=kafka.TOPIC)
    one.add_argument("--rate", type=int, default=1500000, help="bytes per second")
    add("preferred-leaders", "give every partition its preferred leader back", _preferred)
    one = add("exec", "run a command in the lab's network", _exec)
    one.add_argument("argv", nargs=argparse.REMAINDER, metavar="CMD")
    add("status", "print facts about the lab as JSON", _status)
    add("down", "end the lab and leave nothing of it", _down)
    one = add("path", "print where something of the lab is", _path)
    one.add_argument("what", choices=sorted(PATHS))
    one = add("user", "make a user without any rights and print the kubeconfig's path", _user)
    one.add_argument("user")
    one.add_argument("--group", action="append", default=[])
    one = add("apiserver", "kill the API server, or start it again", _apiserver)
    one.add_argument("action", choices=["stop", "start"])
    one = add("kubelet", "kill the kubelet of a node, or start it again", _kubelet)
    one.add_argument("action", choices=["stop", "start"])
    one.add_argument("node", metavar="NODE", help="such as node-1")
    one = commands.add_parser("keep")
    one.set_defaults(run=_keep)
    one.add_argument("--owner", type=int)
    one.add_argument("--owner-start", type=int)
    one.add_argument("--token")
    return parser


def _check(_lab, _options):
    machine.check()


def _build(_lab, options):
    build.build([pins.DEFAULT_KAFKA, *options.kafka])


def _up(lab, options):
    machine.check()
    cluster.up(lab, options.nodes, options.fake_nodes, options.fake_pods, options.owner, options.log_limit)


def _kafka(lab, options):
    kafka.deploy(lab, kafka.Cluster(
        options.version, options.controllers, options.brokers, options.namespace,
        options.brokers_only_sts_labels == "plain"))


def _load(lab, options):
    kafka.run_client(lab, "kafka_load.py", "--bootstrap", kafka.bootstrap(kafka.deployed(lab)),
                     *options.rest)


def _sample(lab, options):
    kafka.run_client(lab, "kafka_sample.py", "--lab", lab.name, *options.rest)


def _slow(lab, options):
    kafka.run_client(lab, "kafka_admin.py", "slow-replication", "--state", options.state,
                     "--bootstrap", kafka.bootstrap(kafka.deployed(lab)),
                     "--topic", options.topic, "--rate", str(options.rate))


def _preferred(lab, _options):
    kafka.run_client(lab, "kafka_admin.py", "preferred-leaders",
                     "--bootstrap", kafka.bootstrap(kafka.deployed(lab)))


def _exec(lab, options):
    argv = options.argv[1:] if options.argv[:1] == ["--"] else options.argv
    if not argv:
        raise LabError("exec needs a command")
    lab.record()
    os.environ["KUBECONFIG"] = str(lab.kubeconfig)
    os.environ["PATH"] = f"{artifacts.kubectl().parent}:{artifacts.helm().parent}:{os.environ['PATH']}"
    cgroups.join_clients(lab)
    # This way, unlike by nsenter, the command also gets the lab's resolv.conf.
    os.execvp("ip", ["ip", "netns", "exec", lab.id, *argv])


def _status(lab, _options):
    print(json.dumps(cluster.status(lab), indent=2))


def _down(lab, _options):
    teardown.down(lab)


def _path(lab, options):
    print(PATHS[options.what](lab))


def _user(lab, options):
    lab.record()
    print(pki.add_user(lab, options.user, options.group))


def _apiserver(lab, options):
    if options.action == "stop":
        daemons.stop(lab, "apiserver")
        return
    daemons.start_again(lab, "apiserver")
    enter_netns(lab.id)
    control.wait_ready(lab)


def _kubelet(lab, options):
    name = f"kubelet-{options.node.replace('node-', 'n')}"
    (daemons.stop if options.action == "stop" else daemons.start_again)(lab, name)


def _keep(lab, options):
    keeper.keep(lab, options.owner, options.owner_start, options.token)


def main():
    parser = _parser()
    options, options.rest = parser.parse_known_args()
    if options.rest and not hasattr(options, "passes_rest"):
        parser.error(f"unknown argument {options.rest[0]}")
    try:
        options.run(Lab(options.name), options)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0

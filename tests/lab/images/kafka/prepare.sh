#!/bin/sh
# Runs once, while the image is built, inside it. Leaves two things: a formatted
# directory per role, and the archive of the classes that a server loads.
set -e
. /opt/kafka/jvm.sh
mkdir -p /tmp/run
id=MkU3OEVBNTcwNTJENDM2Qg

format() { # ROLE LISTENERS VOTER DIRECTORY [MORE]
  cat > /tmp/run/format.properties <<END
process.roles=$1
node.id=1
listeners=$2
controller.quorum.voters=$3@localhost:9074
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT
log.dirs=$4
$5
END
  mkdir -p "$4"
  $java -Xmx96m $tool_log -cp "$classpath" kafka.tools.StorageTool format -t $id \
    -c /tmp/run/format.properties --release-version "$METADATA"
}
format controller CONTROLLER://:9074 1 /opt/kafka/formatted/controller
format broker INTERNAL://:9071 2 /opt/kafka/formatted/broker inter.broker.listener.name=INTERNAL
rm /opt/kafka/formatted/*/meta.properties

format broker,controller CONTROLLER://:9074,INTERNAL://:9071 1 /tmp/run/data inter.broker.listener.name=INTERNAL
cat /opt/kafka/common.properties >> /tmp/run/format.properties
$java -Xmx192m -XX:ArchiveClassesAtExit=$classes $server_log -Djava.net.preferIPv4Stack=true \
  -cp "$classpath" kafka.Kafka /tmp/run/format.properties > /tmp/run/log 2>&1 &
server=$!
# Waits for the server, and makes it load what a first topic needs.
$java -Xmx96m $tool_log -cp "$classpath" org.apache.kafka.tools.TopicCommand --bootstrap-server localhost:9071 \
  --create --topic first --partitions 1 --replication-factor 1 || { cat /tmp/run/log; exit 1; }
kill -TERM $server
wait $server || true
[ -f $classes ] || { tail -n 20 /tmp/run/log; exit 1; }

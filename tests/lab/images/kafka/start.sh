#!/bin/sh
# Starts one broker or controller. From the environment: ROLE, QUORUM (number
# of controllers), REPLICATION (of new topics, one less in sync being enough),
# CLUSTER_ID, HEAP, POD_NAME, POD_NAMESPACE.
set -e
. /opt/kafka/jvm.sh
ordinal=${POD_NAME##*-}
owner=${POD_NAME%-*}
domain=$POD_NAMESPACE.svc.cluster.local
data=/mnt/data/data0/logs
etc=/opt/confluentinc/etc/$owner
mkdir -p "$data" "$etc" /opt/confluentinc/etc/kafka

voters= number=0
while [ "$number" -lt "$QUORUM" ]; do
  voters=$voters${voters:+,}$((9990 + number))@kraftcontroller-$number.kraftcontroller.$domain:9074
  number=$((number + 1))
done

if [ "$ROLE" = controller ]; then
  id=$((9990 + ordinal))
  listeners="listeners=CONTROLLER://:9074"
else
  id=$ordinal
  name=$POD_NAME.$owner.$domain
  listeners="listeners=INTERNAL://:9071,EXTERNAL://:9092
advertised.listeners=INTERNAL://$name:9071,EXTERNAL://$name:9092
inter.broker.listener.name=INTERNAL"
  echo "bootstrap.servers=$name:9071" > /opt/confluentinc/etc/kafka/kafka-client.properties
fi

in_sync=$((REPLICATION > 1 ? REPLICATION - 1 : 1))
properties=$etc/$owner.properties
cat > "$properties" <<END
process.roles=$ROLE
node.id=$id
$listeners
controller.quorum.voters=$voters
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT,EXTERNAL:PLAINTEXT
log.dirs=$data
default.replication.factor=$REPLICATION
min.insync.replicas=$in_sync
offsets.topic.replication.factor=$REPLICATION
transaction.state.log.replication.factor=$REPLICATION
transaction.state.log.min.isr=$in_sync
END
cat /opt/kafka/common.properties >> "$properties"

if [ ! -f "$data/meta.properties" ]; then
  # What the storage tool would write, without a Java process to write it.
  cp -r "/opt/kafka/formatted/$ROLE/." "$data"
  printf 'version=1\ncluster.id=%s\nnode.id=%s\n' "$CLUSTER_ID" "$id" > "$data/meta.properties"
fi

exec $java -Xmx$HEAP -Xms$HEAP -XX:SharedArchiveFile=$classes -Xshare:auto $server_log \
  -Djava.net.preferIPv4Stack=true -Dsun.net.inetaddr.ttl=1 \
  -javaagent:/opt/kafka/jolokia.jar=host=0.0.0.0,port=7777,discoveryEnabled=false \
  -javaagent:/opt/kafka/exporter.jar=7778:/opt/kafka/exporter.yaml \
  -cp "$classpath" kafka.Kafka "$properties"

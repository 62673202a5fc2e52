#!/bin/sh
# tool.sh CLASS ARGUMENT... : one of Kafka's command-line tools.
. /opt/kafka/jvm.sh
exec $java -Xmx96m -XX:SharedArchiveFile=$classes -Xshare:auto $tool_log -cp "$classpath" "$@"

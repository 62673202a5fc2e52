# Read by the other scripts: how every Java process in this image starts. The
# archive of classes is good only for the very class path it was dumped with.
classpath=$(cat /opt/kafka/classpath)
classes=/opt/kafka/classes.jsa
java="/opt/jre/bin/java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss512k
  -XX:ReservedCodeCacheSize=48m -XX:MaxDirectMemorySize=64m"
server_log="-Dlog4j2.configurationFile=/opt/kafka/log4j2.yaml
  -Dlog4j.configuration=file:/opt/kafka/log4j.properties"
tool_log="-Dlog4j2.configurationFile=/opt/kafka/tools-log4j2.yaml
  -Dlog4j.configuration=file:/opt/kafka/tools-log4j.properties"

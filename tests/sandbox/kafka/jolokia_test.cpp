#include "kafka/kafka_program.hpp"
#include "kafka/model.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace cfkops::sandbox {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class JolokiaTest : public testing::Test {
 protected:
  JolokiaTest() { model->settle(); }

  static KafkaSpec spec() {
    KafkaSpec spec;
    spec.topics = {{.name = "orders", .partitions = 6, .records_per_second = 60}};
    return spec;
  }

  Value answer(const std::string& pod, const kube::Request& request) {
    const auto response = serve_jolokia(*model, pod, request, memo);
    return response ? Value::parse(response->body, nullptr, false) : Value("refused");
  }

  Value get(const std::string& pod, const std::string& path) {
    return answer(pod, {.target = "/jolokia/" + path});
  }

  Timeline timeline{WallTime(seconds(1795709283))};
  Random random{1};
  std::shared_ptr<KafkaModel> model =
      std::make_shared<KafkaModel>(spec(), timeline, random, [](const std::string&) {});
  AnswerMemo memo;
};

TEST_F(JolokiaTest, ReadsOneAttribute) {
  EXPECT_EQ(get("kafka-0", "read/kafka.server:type=KafkaServer,name=BrokerState/Value"),
            Value::parse(R"({"request":{"mbean":"kafka.server:name=BrokerState,type=KafkaServer",
                             "attribute":"Value","type":"read"},
                             "value":3,"status":200,"timestamp":1795709283})"));
}

TEST_F(JolokiaTest, ReadsPartitionsAnewWhenTheyHaveChanged) {
  const std::string path =
      "read/kafka.cluster:type=Partition,name=UnderReplicated,topic=*,partition=*/Value";
  const auto under_replicated = [&] {
    int sum = 0;
    for (const std::string pod : {"kafka-0", "kafka-1"}) {
      const Value answer = get(pod, path);
      for (const Value& attributes : answer.at("value")) {
        sum += attributes.at("Value").get<int>();
      }
    }
    return sum;
  };
  EXPECT_EQ(under_replicated(), 0);
  model->stop("kafka-2");
  timeline.advance_to(timeline.now() + seconds(5));
  model->end("kafka-2");
  timeline.advance_to(timeline.now() + seconds(60));
  EXPECT_EQ(under_replicated(), 6);
}

TEST_F(JolokiaTest, SaysInsideTheAnswerThatABeanIsMissing) {
  EXPECT_EQ(get("kafka-0", "read/kafka.controller:type=KafkaController,name=FencedBrokerCount"),
            Value::parse(R"({"request":{"mbean":
                               "kafka.controller:name=FencedBrokerCount,type=KafkaController",
                               "type":"read"},
                             "error_type":"javax.management.InstanceNotFoundException",
                             "error":"javax.management.InstanceNotFoundException : )"
                         R"(kafka.controller:type=KafkaController,name=FencedBrokerCount",
                             "status":404})"));
}

TEST_F(JolokiaTest, NamesBeansOfAPatternCanonically) {
  const Value answer = get(
      "kafka-1",
      "read/kafka.cluster%3Atype%3DPartition%2Cname%3D%2AReplica%2A%2Ctopic%3D%2A%2Cpartition%3D"
      "%2A/Value");
  const Value& beans = object_at(answer, {"value"});
  // Of each of six partitions: InSyncReplicasCount, ReplicasCount, UnderReplicated.
  EXPECT_EQ(beans.size(), 18U);
  int leaders = 0;
  for (const KafkaPartition& partition : model->partitions()) {
    const std::string bean =
        "kafka.cluster:name=InSyncReplicasCount,partition=" + std::to_string(partition.number) +
        ",topic=orders,type=Partition";
    const bool leads = model->nodes().at(partition.leader).pod == "kafka-1";
    leaders += leads ? 1 : 0;
    EXPECT_EQ(number_at(beans, {bean, "Value"}, -1), leads ? 3 : 0) << bean;
  }
  EXPECT_EQ(leaders, 2);
}

TEST_F(JolokiaTest, TakesSeveralRequestsAtOnce) {
  const Value answers = answer(
      "kafka-0",
      {.method = "POST",
       .target = "/jolokia/",
       .body =
           R"([{"type":"read","mbean":"kafka.server:type=raft-metrics","attribute":"current-state"},
               {"type":"read","mbean":"a:b=c"},{"type":"search","mbean":"java.lang:*"}])"});
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(text_at(answers.at(0), {"value"}), "observer");
  EXPECT_EQ(number_at(answers.at(1), {"status"}), 404);
  EXPECT_EQ(list_at(answers.at(2), {"value"}), Value::array({"java.lang:type=Runtime"}));
}

TEST_F(JolokiaTest, ClosesAtSigterm) {
  const Duration needed = model->stop("kafka-0");
  EXPECT_EQ(get("kafka-0", "version"), "refused");
  timeline.advance_to(timeline.now() + needed);
  model->end("kafka-0");
  model->start("kafka-0");
  timeline.advance_to(timeline.now() + model->spec().start_process / 2);
  EXPECT_EQ(number_at(get("kafka-0", "read/kafka.server:type=KafkaServer,name=BrokerState/Value"),
                      {"value"},
                      -1),
            0);
  EXPECT_EQ(
      number_at(get("kafka-0", "read/kafka.server:type=ReplicaManager,name=PartitionCount/Value"),
                {"status"}),
      404);
}

TEST_F(JolokiaTest, RefusesABrokenName) {
  const auto error = text_at(get("kafka-0", "read/a:type=b,type=c"), {"error"});
  EXPECT_THAT(error, HasSubstr("key `type' already defined"));
}

TEST_F(JolokiaTest, ProgramRunsInPodsOfItsSetsOnly) {
  const auto program = kafka_program(model);
  Value pod = Value::parse(R"({"metadata":{"namespace":"confluent","name":"kafka-1",
      "ownerReferences":[{"kind":"StatefulSet","name":"kafka","controller":true}]},
      "spec":{"containers":[{"name":"kafka"},{"name":"sidecar"}]}})");
  EXPECT_TRUE(program->runs_in(pod));
  EXPECT_EQ(program->exec(pod, "kafka", {"sh", "-c", "echo 'a  b' c"})->out, "a  b c\n");
  EXPECT_EQ(program->exec(pod, "kafka", {"/usr/bin/hostname"})->out, "kafka-1\n");
  EXPECT_EQ(program->exec(pod, "kafka", {"echo", "-e", "a"})->code, 126);
  EXPECT_EQ(program->exec(pod, "kafka", {"sh", "-c", "echo a; echo b"})->code, 126);
  EXPECT_EQ(program->exec(pod, "kafka", {"cat", "/x"})->code, 126);
  EXPECT_EQ(program->exec(pod, "kafka", {"sh", "-c", "echo $HOME"})->code, 126);
  EXPECT_FALSE(program->exec(pod, "kafka", {"/opt/nothing"}));
  EXPECT_EQ(program->log(pod, "sidecar", false), "");
  make_at(pod, {"metadata", "name"}) = "kafka-7";
  EXPECT_FALSE(program->runs_in(pod));
}

}  // namespace
}  // namespace cfkops::sandbox

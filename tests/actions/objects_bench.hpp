#pragma once

#include "drain_bench.hpp"
#include "support/matchers.hpp"
#include "support/memory_file.hpp"

#include "cfkops/audit/log.hpp"
#include "cfkops/base/files.hpp"

#include <string>
#include <utility>
#include <vector>

namespace cfkops::test {

/// A namespace "shop" on a simulated cluster, a journal and files in memory.
class ObjectsBench : public DrainBench {
 public:
  explicit ObjectsBench(const std::string& objects)
      : DrainBench(objects),
        files(base::machine_files()),
        log_(memory_file(disk), "run-1", loop.clock()),
        journal(log_) {
    context.journal = &journal;
    context.files = &files;
    journal.set_step("it", 1);
  }

  /// One object as it is now.
  Result<kube::Object> now(const std::string& kind,
                           const std::string& ns,
                           const std::string& name) {
    CFKOPS_ASSIGN(const kube::Resource resource, client.discover(kind));
    return client.get(resource, ns, name);
  }

  void patch(const std::string& kind,
             const std::string& ns,
             const std::string& name,
             const char* body) {
    const auto resource = client.discover(kind);
    ASSERT_TRUE(resource);
    EXPECT_THAT(client.patch(*resource, ns, name, *Json::parse(body), {}), IsOk());
  }

  void make(const std::string& kind, const std::string& ns, const char* body) {
    const auto resource = client.discover(kind);
    ASSERT_TRUE(resource);
    EXPECT_THAT(client.create(*resource, ns, *Json::parse(body)), IsOk());
  }

  void remove(const std::string& kind, const std::string& ns, const std::string& name) {
    const auto resource = client.discover(kind);
    ASSERT_TRUE(resource);
    EXPECT_THAT(client.remove(*resource, ns, name, {}), IsOk());
    pass(std::chrono::seconds(30));
  }

  /// Takes back all that was remembered, the last first; what each came to.
  std::vector<engine::Outcome> undo(const engine::Action& action) {
    std::vector<engine::Outcome> outcomes;
    const auto& remembered = journal.remembered();
    for (auto one = remembered.rbegin(); one != remembered.rend(); ++one) {
      outcomes.push_back(action.undo(context, client, one->data));
    }
    return outcomes;
  }

  base::OverlayFiles files;
  MemoryDisk disk;

 private:
  audit::Log log_;

 public:
  engine::Journal journal;
};

inline const std::string kShop =
    "- {apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop, labels: {app: "
    "web}}, data: {color: blue}}\n"
    "- {apiVersion: v1, kind: Secret, metadata: {name: password, namespace: shop, annotations: "
    "{kubectl.kubernetes.io/last-applied-configuration: hunter2}}, stringData: {it: hunter2}}\n"
    "- {apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {type: "
    "NodePort, selector: {app: web}, ports: [{port: 80}]}}\n"
    "- {apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: data, namespace: shop}, "
    "spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}\n"
    "- {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: reader, namespace: "
    "shop}, rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}\n"
    "- {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: reader, "
    "namespace: shop}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}, "
    "subjects: [{kind: ServiceAccount, name: default, namespace: shop}]}\n" +
    workload("Deployment", "web", 2);

/// Mode and bytes of all that an action has written, in one text.
inline std::string all_text(const base::OverlayFiles& files) {
  std::string text;
  for (const auto& [path, content] : files.written()) {
    text += path.string() + "\n" + content + "\n";
  }
  return text;
}

}  // namespace cfkops::test

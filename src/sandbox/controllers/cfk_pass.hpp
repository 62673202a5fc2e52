#pragma once

#include "controllers/cfk_resource.hpp"
#include "controllers/cfk_status.hpp"
#include "programs.hpp"
#include "registry.hpp"

#include <optional>
#include <string>

namespace cfkops::sandbox {

/// What the operator brought about last; null at first.
struct CfkApplied {
  Shared resource_spec = {};
  Shared set_spec = {};
};

/// How the operator writes.
[[nodiscard]] WriteOptions as_cfk_operator(std::string_view subresource = {});

/// One look of the operator at one resource: makes what is missing, brings its StatefulSet to what
/// the resource says, lets pods go, writes the status. All borrowed.
class CfkPass {
 public:
  CfkPass(Registry& registry, const Programs& programs, const Value& object, CfkApplied& applied);

  /// Makes and changes what there is to; without it, only pods and the status are looked at.
  void ensure_all();

  /// When to look again, by itself; zero for not at all.
  Duration run();

  /// Not all is as the resource says: the next look is to ensure it again.
  [[nodiscard]] bool is_unsettled() const;

 private:
  [[nodiscard]] Key place(std::string_view bucket, const std::string& name) const;
  [[nodiscard]] Shared stored_set() const;
  [[nodiscard]] bool lacks_controllers() const;
  void tell(std::string_view type, std::string_view reason, const std::string& message);
  void ensure(Value wanted);
  [[nodiscard]] bool own(const Key& key, const Value& object);
  void converge(const Key& key, const Value& object, const Value& wanted);
  void sync_set(const Key& key, const Value& set);
  [[nodiscard]] Value wanted_set_spec(const Value& set);
  [[nodiscard]] std::int64_t wanted_size();
  [[nodiscard]] std::int64_t shrunk_size(std::int64_t current);
  void write_set(const Key& key, const Value& set, Value spec);
  [[nodiscard]] std::string crash_loop() const;
  void look_at_pods();
  void roll();
  void write_status();

  Registry& registry_;
  const Programs& programs_;
  CfkResource resource_;
  CfkApplied& applied_;
  CfkFindings found_;
};

}  // namespace cfkops::sandbox

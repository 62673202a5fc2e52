#pragma once

#include "cfkops/engine/action.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cfkops::actions {

/// The text of an argument that may be left out; "" where it is.
[[nodiscard]] std::string optional_text(const engine::Arguments& arguments, std::string_view name);

/// A text that a resolved reference has: its "name", "namespace", "uid"; "" where it has none.
[[nodiscard]] std::string text_of(const runbook::ValueMap& ref, std::string_view key);

/// Refused where an object that has the name of another one would get what was meant for that. ""
/// means none in particular.
[[nodiscard]] Status still_same(const kube::Object& now, const std::string& uid);

/// The object that a step is about, as its arguments `kind`, `name` and `namespace` say.
struct Subject {
  kube::Resource resource;
  std::string ns;
  std::string name;

  /// "statefulset confluent/kafka"
  [[nodiscard]] std::string text() const;
  [[nodiscard]] kube::AccessQuestion may(const std::string& verb,
                                         const std::string& subresource = {}) const;
};

/// The declarations of those arguments.
[[nodiscard]] std::vector<runbook::ArgumentSpec> subject_arguments();

/// The namespace argument, or the run's.
[[nodiscard]] std::string namespace_of(const engine::Context& context,
                                       const engine::Arguments& arguments);

/// Errors: NotFound where the server serves no such kind.
[[nodiscard]] Result<Subject> read_subject(const engine::Context& context,
                                           kube::Reader& reader,
                                           const engine::Arguments& arguments);

/// A pod by `pod`, `namespace` and, where given, `uid`.
[[nodiscard]] std::vector<runbook::ArgumentSpec> pod_arguments();

/// The pod as it is now. Errors: NotFound; Conflict where `uid` is given and it is another one.
[[nodiscard]] Result<kube::Object> read_pod(const engine::Context& context,
                                            kube::Reader& reader,
                                            const engine::Arguments& arguments);

/// Waits until the object with this uid is gone, looking once a second; its uid is an output.
[[nodiscard]] engine::Outcome wait_gone(const engine::Context& context,
                                        kube::Client& client,
                                        const kube::Resource& resource,
                                        const kube::Object& object);

}  // namespace cfkops::actions

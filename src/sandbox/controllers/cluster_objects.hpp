#pragma once

#include "controllers/controller.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::sandbox {

/// The store's state of one object; null where there is none.
[[nodiscard]] Shared stored(const Registry& registry,
                            std::string_view bucket,
                            std::string_view ns,
                            std::string_view name);

/// All of a bucket in a namespace, or in all.
[[nodiscard]] std::vector<Shared> all_stored(const Registry& registry,
                                             std::string_view bucket,
                                             std::string_view ns = {});

/// Changes an object where it is still there. What a refusal says is of no use to a controller: it
/// sees the next change and tries again.
bool change_stored(Registry& registry,
                   const Key& key,
                   const std::function<void(Value&)>& change,
                   const WriteOptions& options);

/// Creates it; false where that was refused.
bool create_stored(Registry& registry,
                   std::string_view bucket,
                   std::string_view ns,
                   Value object,
                   const WriteOptions& options);

/// Deletes what has this uid. `propagation` "" leaves it to the kind; `grace` below 0 too.
bool delete_stored(Registry& registry,
                   const Key& key,
                   std::string_view uid,
                   std::string_view propagation,
                   const WriteOptions& options,
                   int grace = -1);

/// Where an object of this state lies.
[[nodiscard]] Key key_of(std::string_view bucket, const Value& object);

[[nodiscard]] bool is_deleting(const Value& object);

/// The element of a list of conditions (or any list of objects) with this type.
[[nodiscard]] const Value* condition_of(const Value& object, std::string_view type);

/// Sets status.conditions[type]; the transition time moves only with the status.
void set_condition(Value& object, Value condition, std::string_view now);

/// An event about an object, as `component` records it; the same event counts up. A kubelet's name
/// its `host`, and of a container its `field` in the pod; of a component with several copies,
/// `instance` says which one it was, by default that of the host.
struct EventPlace {
  std::string host = {};
  std::string field = {};
  std::string instance = {};
};

void record_event(Registry& registry,
                  const Value& about,
                  std::string_view component,
                  std::string_view type,
                  std::string_view reason,
                  std::string_view message,
                  const EventPlace& place = {});

}  // namespace cfkops::sandbox

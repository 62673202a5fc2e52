#include "managed_entries.hpp"
#include "managed_fields.hpp"
#include "typed_value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

constexpr std::string_view kBeforeFirstApply = "before-first-apply";

/// "apps/v1, Kind=StatefulSet", "/v1, Kind=ConfigMap".
std::string kind_text(const Value& config) {
  const std::string version = text_at(config, {"apiVersion"});
  return (version.find('/') == std::string::npos ? "/" : "") + version +
         ", Kind=" + text_at(config, {"kind"});
}

Answer<void> check_config(const Schema* schema,
                          const Value& live,
                          const Value& config,
                          const Manager& manager) {
  const std::string kind = text_at(config, {"kind"});
  const bool other_kind =
      kind.empty() || (!live.is_null() && kind != text_at(live, {"kind"}, kind));
  if (text_at(config, {"apiVersion"}) != manager.api_version || other_kind) {
    return refuse(bad_request("invalid object type: " + kind_text(config)));
  }
  if (find(config, {"metadata", "managedFields"}) != nullptr) {
    return refuse(bad_request("metadata.managedFields must be nil"));
  }
  if (const std::string problem = type_problem(schema, config); !problem.empty()) {
    Refusal refusal;
    refusal.reason.clear();
    refusal.message = "failed to create typed patch object (" + namespace_of(config) + "/" +
                      name_of(config) + "; " + kind_text(config) + "): " + problem;
    return refuse(std::move(refusal));
  }
  return {};
}

/// A field that another manager has with another value.
struct Clash {
  std::string manager;  ///< as messages name it
  std::string field;
};

std::string manager_text(const ManagedEntry& entry) {
  std::string text = go_quoted(entry.manager);
  if (!entry.subresource.empty()) {
    text += " with subresource " + go_quoted(entry.subresource);
  }
  return entry.operation == "Update" ? text + " using " + entry.api_version : text;
}

Refusal clash_refusal(const std::vector<Clash>& clashes) {
  Value causes = Value::array();
  std::map<std::string, std::string> by_manager;
  for (const Clash& clash : clashes) {
    causes.push_back({{"reason", "FieldManagerConflict"},
                      {"message", "conflict with " + clash.manager},
                      {"field", clash.field}});
    by_manager[clash.manager] += "\n- " + clash.field;
  }
  std::string message;
  if (clashes.size() == 1) {
    message = "Apply failed with 1 conflict: conflict with " + clashes.front().manager + ": " +
              clashes.front().field;
  } else {
    for (const auto& [manager, fields] : by_manager) {
      message += message.empty() ? "conflicts with " : "\nconflicts with ";
      message.append(manager).append(":").append(fields);
    }
    message = "Apply failed with " + std::to_string(clashes.size()) + " conflicts: " + message;
  }
  Refusal refusal;
  refusal.code = 409;
  refusal.reason = "Conflict";
  refusal.message = std::move(message);
  refusal.details = share({{"causes", std::move(causes)}});
  return refusal;
}

/// What only this manager had and leaves out now goes from the merged object.
Value pruned(const Schema* schema,
             const Value& merged,
             const FieldSet& last,
             const ManagedEntries& entries) {
  if (last.empty()) {
    return merged;
  }
  const auto named = [&](const FieldSet& set) { return set.with_named_members(schema); };
  FieldSet owned;
  for (const ManagedEntry& entry : entries) {
    owned = owned.united(entry.fields);
  }
  const FieldSet all = named(fields_of(schema, merged));
  const FieldSet last_named = named(last);
  Value rest = without_fields(schema, merged, last_named);
  const FieldSet kept = named(fields_of(schema, rest)).united(named(owned));
  rest = without_fields(schema, merged, all.without(kept));
  const FieldSet left = named(fields_of(schema, rest));
  return without_fields(schema, merged, all.without(left).shared_with(last_named));
}

/// One apply on its way.
class Apply {
 public:
  Apply(const Schema* schema, Value live, const Manager& manager)
      : schema_(schema),
        live_(std::move(live)),
        manager_(manager) {
    if (live_.is_object()) {
      entries_ = entries_of(live_);
      erase_at(live_, {"metadata", "managedFields"});
      if (entries_.empty()) {
        note_before_first();
      }
    }
  }

  Answer<Value> run(const Value& config, bool force) {
    ManagedEntry& mine = entry_for(entries_, manager_, "Apply");
    const ManagedEntry me = mine;
    mine.fields = fields_of(schema_, config);
    mine.api_version = manager_.api_version;
    strip_reset(mine.fields, manager_);
    const Value merged = merge_values(schema_, live_, config);
    Value result = pruned(schema_, merged, me.fields, entries_);
    if (std::vector<Clash> clashes = give_way(result, me); !clashes.empty() && !force) {
      return refuse(clash_refusal(clashes));
    }
    for (ManagedEntry& entry : entries_) {
      if (entry.same_as(me)) {
        strip_meta(entry.fields);
        // An apply that changes nothing leaves no time.
        entry.time = result == live_ ? entry.time : manager_.time;
      }
    }
    write_entries(std::move(entries_), result);
    return result;
  }

 private:
  /// What was there before anybody applied belongs to a manager of its own.
  void note_before_first() {
    const Manager before{std::string(kBeforeFirstApply), manager_.api_version, {}, manager_.time};
    const Comparison found = compare_values(
        schema_, as_typed(schema_, Value(), manager_), as_typed(schema_, live_, manager_));
    ManagedEntry& entry = entry_for(entries_, before, "Update");
    entry.fields = found.added.united(found.changed);
    entry.time = before.time;
    strip_meta(entry.fields);
    strip_reset(entry.fields, manager_);
  }

  /// The others lose what changed; what that takes from them is returned.
  std::vector<Clash> give_way(const Value& result, const ManagedEntry& me) {
    Comparison found = compare_values(
        schema_, as_typed(schema_, live_, manager_), as_typed(schema_, result, manager_));
    FieldSet taken = found.added.united(found.changed);
    strip_reset(taken, manager_);
    strip_reset(found.removed, manager_);
    std::vector<Clash> clashes;
    for (ManagedEntry& entry : entries_) {
      if (entry.same_as(me)) {
        continue;
      }
      const FieldSet both = entry.fields.shared_with(taken);
      both.each([&](const std::string& field) { clashes.push_back({manager_text(entry), field}); });
      entry.fields = entry.fields.without(taken).without(found.removed);
    }
    return clashes;
  }

  const Schema* schema_;
  Value live_;
  const Manager& manager_;
  ManagedEntries entries_;
};

Value metadata_without_times(const Value& object) {
  Value metadata = object_at(object, {"metadata"});
  if (Value* entries = find(metadata, {"managedFields"}); entries != nullptr) {
    for (Value& entry : *entries) {
      erase_at(entry, {"time"});
    }
  }
  return metadata;
}

/// Most updates change more than metadata, of which alone a copy has to be made.
bool are_same_but_for_times(const Value& one, const Value& other) {
  auto left = one.begin();
  auto right = other.begin();
  for (; left != one.end() && right != other.end(); ++left, ++right) {
    if (left.key() != right.key() || (left.key() != "metadata" && *left != *right)) {
      return false;
    }
  }
  return left == one.end() && right == other.end() &&
         metadata_without_times(one) == metadata_without_times(other);
}

}  // namespace

Answer<Value> apply_config(const Schema* schema,
                           const Value& live,
                           const Value& config,
                           const Manager& manager,
                           bool force) {
  if (Answer<void> checked = check_config(schema, live, config, manager); !checked) {
    return refuse(checked.error());
  }
  return Apply(schema, live, manager).run(config, force);
}

Value settle_apply(const Schema* /*schema*/, const Value& live, Value applied) {
  if (!live.is_null() && are_same_but_for_times(live, applied)) {
    return live;
  }
  return applied;
}

}  // namespace cfkops::sandbox

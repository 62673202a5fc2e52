#include "managed_fields.hpp"

#include "managed_entries.hpp"
#include "typed_value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::sandbox {

namespace {

// So many managers of updates are kept apart; the oldest above that become one.
constexpr std::size_t kMostUpdaters = 10;
constexpr std::string_view kAncient = "ancient-changes";

/// The client sent an empty list, or a list of one empty entry.
bool is_reset(const Value& object) {
  const Value* sent = find(object, {"metadata", "managedFields"});
  return sent != nullptr && sent->is_array() &&
         (sent->empty() || (sent->size() == 1 && sent->front().empty()));
}

/// What the write starts from: a client may write managed fields itself, but not by accident, and
/// not through a subresource.
ManagedEntries starting_entries(const Value& live, const Value& fresh, const Manager& manager) {
  if (manager.subresource.empty()) {
    if (is_reset(fresh)) {
      return {};
    }
    ManagedEntries sent = entries_of(fresh);
    if (!sent.empty()) {
      return sent;
    }
  }
  return live.is_null() ? ManagedEntries() : entries_of(live);
}

bool is_old_updater(const ManagedEntry& entry) {
  return entry.operation == "Update" && entry.subresource.empty();
}

void cap_updaters(ManagedEntries& entries) {
  auto count = static_cast<std::size_t>(std::ranges::count_if(entries, is_old_updater));
  while (count > kMostUpdaters) {
    auto oldest = entries.end();
    for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
      const bool candidate = is_old_updater(*entry) && entry->manager != kAncient;
      if (candidate && (oldest == entries.end() || entry->time < oldest->time)) {
        oldest = entry;
      }
    }
    if (oldest == entries.end()) {
      return;
    }
    const ManagedEntry gone = *oldest;
    entries.erase(oldest);
    const Manager ancient{std::string(kAncient), gone.api_version, {}, {}};
    ManagedEntry& all = entry_for(entries, ancient, "Update");
    all.fields = all.fields.united(gone.fields);
    all.time = std::max(all.time, gone.time);
    count = static_cast<std::size_t>(std::ranges::count_if(entries, is_old_updater));
  }
}

/// One without the members that it has in common with the other, which make no difference; but not
/// without what says of which kind it is.
Value without_common(const Value& one, const Value& other) {
  if (!one.is_object() || !other.is_object()) {
    return one;
  }
  Value rest = Value::object();
  for (auto member = one.begin(); member != one.end(); ++member) {
    const auto same = other.find(member.key());
    const bool names_kind = member.key() == "kind" || member.key() == "apiVersion";
    if (names_kind || same == other.end() || *same != *member) {
      rest.emplace(member.key(), *member);
    }
  }
  return rest;
}

}  // namespace

Value manage_update(const Schema* schema, const Value& live, Value fresh, const Manager& manager) {
  ManagedEntries entries = starting_entries(live, fresh, manager);
  erase_at(fresh, {"metadata", "managedFields"});
  if (entries.empty() && !live.is_null()) {
    return fresh;  // what nobody tracks stays so
  }
  Comparison found = compare_values(schema,
                                    as_typed(schema, without_common(live, fresh), manager),
                                    as_typed(schema, without_common(fresh, live), manager));
  FieldSet taken = found.added.united(found.changed);
  strip_reset(taken, manager);
  strip_reset(found.removed, manager);
  for (ManagedEntry& entry : entries) {
    entry.fields = entry.fields.without(taken).without(found.removed);
  }
  strip_meta(taken);
  if (!taken.empty()) {
    ManagedEntry& mine = entry_for(entries, manager, "Update");
    mine.fields = mine.fields.united(taken);
    mine.time = manager.time;
  }
  std::erase_if(entries, [](const ManagedEntry& entry) { return entry.fields.empty(); });
  cap_updaters(entries);
  write_entries(std::move(entries), fresh);
  return fresh;
}

}  // namespace cfkops::sandbox

#include "controllers/job_pods.hpp"

#include "controllers/controller.hpp"
#include "controllers/pods.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr const char* kIndex = "batch.kubernetes.io/job-completion-index";

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void add_index_variable(Value& container) {
  Value& variables = make_at(container, {"env"});
  if (!variables.is_array()) {
    variables = Value::array();
  }
  const bool there = std::ranges::any_of(
      variables, [](const Value& one) { return text_at(one, {"name"}) == "JOB_COMPLETION_INDEX"; });
  if (!there) {
    variables.push_back({{"name", "JOB_COMPLETION_INDEX"},
                         {"valueFrom",
                          {{"fieldRef",
                            {{"apiVersion", "v1"},
                             {"fieldPath", fmt::format("metadata.labels['{}']", kIndex)}}}}}});
  }
}

void set_index(const Value& job, Value& pod, std::int64_t index) {
  const std::string text = std::to_string(index);
  make_at(pod, {"metadata", "annotations", kIndex}) = text;
  make_at(pod, {"metadata", "labels", kIndex}) = text;
  make_at(pod, {"metadata", "generateName"}) = fmt::format("{}-{}-", name_of(job), index);
  make_at(pod, {"spec", "hostname"}) = fmt::format("{}-{}", name_of(job), index);
  for (const char* list : {"containers", "initContainers"}) {
    Value* containers = find(pod, {"spec", list});
    if (containers != nullptr && containers->is_array()) {
      std::ranges::for_each(*containers, add_index_variable);
    }
  }
}

}  // namespace

Indexes parse_indexes(const std::string& text) {
  Indexes indexes;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(','));
    const std::size_t dash = part.find('-');
    const std::int64_t first = number_of(part);
    const std::int64_t last =
        dash == std::string_view::npos ? first : number_of(part.substr(dash + 1));
    for (std::int64_t index = first; index <= last; ++index) {
      indexes.insert(index);
    }
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  }
  return indexes;
}

std::string indexes_text(const Indexes& indexes) {
  std::string text;
  for (auto first = indexes.begin(); first != indexes.end();) {
    auto last = first;
    auto next = std::next(first);
    while (next != indexes.end() && *next == *last + 1) {
      last = next++;
    }
    text += text.empty() ? "" : ",";
    text += std::to_string(*first);
    if (*last == *first + 1) {
      text += "," + std::to_string(*last);
    } else if (*last > *first) {
      text += "-" + std::to_string(*last);
    }
    first = next;
  }
  return text;
}

Value job_pod(const Value& job, std::optional<std::int64_t> index) {
  Value pod = pod_of_template(object_at(job, {"spec", "template"}), job);
  Value& finalizers = make_at(pod, {"metadata", "finalizers"});
  if (!finalizers.is_array()) {
    finalizers = Value::array();
  }
  if (!is_tracked(pod)) {
    finalizers.push_back(kJobFinalizer);
  }
  if (index) {
    set_index(job, pod, *index);
  }
  return pod;
}

std::optional<std::int64_t> index_of(const Value& pod) {
  const std::string text = text_at(pod, {"metadata", "annotations", kIndex});
  return text.empty() ? std::nullopt : std::optional(number_of(text));
}

bool is_tracked(const Value& pod) {
  const Value& finalizers = list_at(pod, {"metadata", "finalizers"});
  return std::ranges::find(finalizers, kJobFinalizer) != finalizers.end();
}

void untrack(Registry& registry, const Value& pod) {
  static_cast<void>(registry.update(
      kind_for(registry, "v1", "Pod"),
      namespace_of(pod),
      name_of(pod),
      [](const Shared& current) -> Answer<Value> {
        Value kept = Value::array();
        for (const Value& finalizer : list_at(*current, {"metadata", "finalizers"})) {
          if (finalizer != kJobFinalizer) {
            kept.push_back(finalizer);
          }
        }
        Value fresh = *current;
        erase_at(fresh, {"metadata", "finalizers"});
        if (!kept.empty()) {
          make_at(fresh, {"metadata", "finalizers"}) = std::move(kept);
        }
        return fresh;
      },
      as_controller(kControllerManager)));
}

}  // namespace cfkops::sandbox

#include "kinds/builtin.hpp"
#include "kinds/checks.hpp"
#include "kinds/job_rules.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"
#include "object_meta.hpp"
#include "selector.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::array<const char*, 2> kNameLabels = {"job-name", "batch.kubernetes.io/job-name"};
constexpr std::array<const char*, 2> kUidLabels = {"controller-uid",
                                                   "batch.kubernetes.io/controller-uid"};

// Pods of a job are told by its uid, unless the client selects by hand.
void generate_selector(Value& job) {
  Value& labels = ensure_object(job, {"spec", "template", "metadata", "labels"});
  for (const char* label : kNameLabels) {
    set_default(labels, {label}, name_of(job));
  }
  for (const char* label : kUidLabels) {
    set_default(labels, {label}, uid_of(job));
  }
  set_default(
      ensure_object(job, {"spec", "selector", "matchLabels"}), {kUidLabels.back()}, uid_of(job));
}

void check_label(const Value& labels,
                 const char* label,
                 const std::string& expected,
                 FieldErrors& errors) {
  const Value* there = find(labels, {label});
  std::string field = fmt::format("spec.template.metadata.labels[{}]", label);
  if (there == nullptr) {
    errors.required(std::move(field), fmt::format("must be '{}'", expected));
  } else if (*there != expected) {
    errors.invalid(std::move(field), labels, fmt::format("must be '{}'", expected));
  }
}

void check_generated_selector(const Value& job, FieldErrors& errors) {
  if (flag_at(job, {"spec", "manualSelector"})) {
    return;
  }
  const Value* selector = find(job, {"spec", "selector"});
  if (selector == nullptr) {
    return;
  }
  const Value& labels = object_at(job, {"spec", "template", "metadata", "labels"});
  Value expected = Value::object();
  for (const char* label : kUidLabels) {
    check_label(labels, label, uid_of(job), errors);
    expected[label] = uid_of(job);
  }
  for (const char* label : kNameLabels) {
    check_label(labels, label, name_of(job), errors);
    expected[label] = name_of(job);
  }
  if (!LabelSelector::of(selector).matches(expected)) {
    errors.invalid("spec.selector", *selector, "`selector` not auto-generated");
  }
}

void check_selected_spec(const Value& spec, FieldErrors& errors) {
  validate_job_spec(spec, "spec", errors);
  const Value* selector = find(spec, {"selector"});
  if (selector == nullptr) {
    errors.required("spec.selector");
  } else {
    validate_label_selector(*selector, "spec.selector", errors);
  }
  const Value& labels = object_at(spec, {"template", "metadata", "labels"});
  if (!LabelSelector::of(selector).matches(labels)) {
    errors.invalid(
        "spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
  }
}

std::string status_text(const Value& job) {
  if (job_has(job, "Complete")) {
    return "Complete";
  }
  if (job_has(job, "Failed")) {
    return "Failed";
  }
  if (find(job, {"metadata", "deletionTimestamp"}) != nullptr) {
    return "Terminating";
  }
  for (const char* condition : {"Suspended", "FailureTarget", "SuccessCriteriaMet"}) {
    if (job_has(job, condition)) {
      return condition;
    }
  }
  return "Running";
}

std::string completions_text(const Value& job) {
  const std::int64_t succeeded = number_at(job, {"status", "succeeded"});
  if (find(job, {"spec", "completions"}) != nullptr) {
    return fmt::format("{}/{}", succeeded, number_at(job, {"spec", "completions"}));
  }
  const std::int64_t parallelism = number_at(job, {"spec", "parallelism"});
  return parallelism > 1 ? fmt::format("{}/1 of {}", succeeded, parallelism)
                         : fmt::format("{}/1", succeeded);
}

std::string duration_text(const Value& job, WallTime now) {
  const auto start = base::parse_rfc3339(text_at(job, {"status", "startTime"}));
  if (!start) {
    return {};
  }
  const auto end = base::parse_rfc3339(text_at(job, {"status", "completionTime"}));
  return human_age((end ? *end : now) - *start);
}

class JobKind final : public WorkloadKind {
 public:
  JobKind()
      : WorkloadKind(common_names({"batch", "v1", "jobs", "Job"}, {}, {"all"}), Scaling::None) {}

  void set_defaults(Value& object) const override {
    default_job(object);
    default_status(ensure_object(object, {"status"}));
  }

  void prepare_create(Value& object) const override {
    WorkloadKind::prepare_create(object);
    const Value before = object_at(object, {"spec", "template", "metadata", "labels"});
    if (!flag_at(object, {"spec", "manualSelector"})) {
      generate_selector(object);
    }
    // A job without labels of its own has those of its pods.
    if (object_at(object, {"metadata", "labels"}) == before) {
      Value labels = object_at(object, {"spec", "template", "metadata", "labels"});
      if (!labels.empty()) {
        make_at(object, {"metadata", "labels"}) = std::move(labels);
      }
    }
  }

  [[nodiscard]] std::map<std::string, std::string> selectable_fields(
      const Value& object) const override {
    return {{"status.successful", std::to_string(number_at(object, {"status", "succeeded"}))}};
  }

  [[nodiscard]] std::vector<std::string> selectable_names() const override {
    return {"status.successful"};
  }

  [[nodiscard]] std::vector<Column> columns() const override {
    return {name_column(),
            column("Status", "string", "Status of the job."),
            column("Completions",
                   "string",
                   "The number of pods which reached phase Succeeded. The value increases "
                   "monotonically for a given spec. However, it may decrease in reaction to scale "
                   "down of elastic indexed jobs."),
            column("Duration", "string", "Time required to complete the job."),
            created_column(),
            containers_column(),
            images_column(),
            column("Selector",
                   "string",
                   "A label query over pods that should match the pod count. Normally, the system "
                   "sets this field for you. More info: "
                   "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/"
                   "#label-selectors",
                   1)};
  }

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& pod_template = object_at(object, {"spec", "template"});
    return {name_of(object),
            status_text(object),
            completions_text(object),
            duration_text(object, now),
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            container_names(pod_template),
            container_images(pod_template),
            selector_text(find(object, {"spec", "selector"}))};
  }

 protected:
  void default_spec(Value& /*spec*/) const override {}

  void default_status(Value& status) const override {
    drop_empty(status, {"active", "succeeded", "failed", "completedIndexes", "conditions"});
  }

  void validate_spec(const Value& object, FieldErrors& errors) const override {
    check_generated_selector(object, errors);
    check_selected_spec(object_at(object, {"spec"}), errors);
  }

  void validate_spec_change(const Value& fresh,
                            const Value& old,
                            FieldErrors& errors) const override {
    const Value& spec = object_at(fresh, {"spec"});
    const Value& was = object_at(old, {"spec"});
    // The real server checks the spec again here, and says everything twice.
    check_selected_spec(spec, errors);
    if (text_at(spec, {"completionMode"}) != "Indexed") {
      check_immutable(
          find(spec, {"completions"}), find(was, {"completions"}), "spec.completions", errors);
    } else if (find(spec, {"completions"}) != nullptr &&
               !alike(find(spec, {"completions"}), find(was, {"completions"})) &&
               number_at(spec, {"completions"}) != number_at(spec, {"parallelism"})) {
      errors.invalid("spec.completions",
                     Value(number_at(spec, {"completions"})),
                     "can only be modified in tandem with spec.parallelism");
    }
    const bool may_move =
        flag_at(was, {"suspend"}) && find(old, {"status", "startTime"}) == nullptr;
    for (const char* name : {"selector",
                             "template",
                             "completionMode",
                             "podFailurePolicy",
                             "backoffLimitPerIndex",
                             "managedBy",
                             "successPolicy"}) {
      Value before = find(was, {name}) == nullptr ? Value(nullptr) : *find(was, {name});
      if (may_move && std::string_view(name) == "template") {
        allow_other_nodes(before, object_at(spec, {"template"}));
      }
      check_immutable(find(spec, {name}), &before, below("spec", name), errors);
    }
  }

  void validate_status(const Value& status, FieldErrors& errors) const override {
    validate_counts(status, {"active", "succeeded", "failed", "ready", "terminating"}, errors);
  }

 private:
  // Of a suspended job that never ran, where its pods may go can change.
  static void allow_other_nodes(Value& before, const Value& pod_template) {
    for (const char* name : {"nodeSelector", "tolerations", "schedulingGates"}) {
      take(before, pod_template, "spec", name);
    }
    for (const char* name : {"annotations", "labels"}) {
      take(before, pod_template, "metadata", name);
    }
    const Value* affinity = find(pod_template, {"spec", "affinity", "nodeAffinity"});
    if (affinity != nullptr) {
      make_at(before, {"spec", "affinity", "nodeAffinity"}) = *affinity;
    } else {
      erase_at(before, {"spec", "affinity", "nodeAffinity"});
    }
  }

  static void take(Value& to, const Value& from, const char* part, const char* name) {
    const Value* there = find(from, {part, name});
    if (there != nullptr) {
      make_at(to, {part, name}) = *there;
    } else {
      erase_at(to, {part, name});
    }
  }
};

}  // namespace

std::unique_ptr<Kind> job_kind() {
  return std::make_unique<JobKind>();
}

void add_batch_kinds(Kinds& kinds) {
  kinds.push_back(cron_job_kind());
  kinds.push_back(job_kind());
}

}  // namespace cfkops::sandbox

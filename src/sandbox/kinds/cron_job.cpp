#include "kinds/checks.hpp"
#include "kinds/job_rules.hpp"
#include "kinds/pod_template.hpp"
#include "kinds/tabular.hpp"
#include "kinds/workload.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <sstream>

namespace cfkops::sandbox {

namespace {

std::size_t word_count(const std::string& text) {
  std::istringstream words(text);
  std::size_t count = 0;
  for (std::string word; words >> word;) {
    ++count;
  }
  return count;
}

class CronJobKind final : public WorkloadKind {
 public:
  CronJobKind()
      : WorkloadKind(common_names({"batch", "v1", "cronjobs", "CronJob"}, {"cj"}, {"all"}),
                     Scaling::None) {}

  void set_defaults(Value& object) const override {
    default_spec(ensure_object(object, {"spec"}));
    default_status(ensure_object(object, {"status"}));
  }

  void validate(const Value& object, FieldErrors& errors) const override {
    WorkloadKind::validate(object, errors);
    constexpr std::size_t kMost = 52;
    if (name_of(object).size() > kMost) {
      errors.invalid("metadata.name", Value(name_of(object)), "must be no more than 52 characters");
    }
  }

  [[nodiscard]] std::vector<Column> columns() const override;

  [[nodiscard]] std::vector<Value> cells(const Value& object, WallTime now) const override {
    const Value& spec = object_at(object, {"spec", "jobTemplate", "spec"});
    const Value& pod_template = object_at(spec, {"template"});
    const bool ran = find(object, {"status", "lastScheduleTime"}) != nullptr;
    return {name_of(object),
            text_at(object, {"spec", "schedule"}),
            text_at(object, {"spec", "timeZone"}, "<none>"),
            flag_at(object, {"spec", "suspend"}) ? "True" : "False",
            list_at(object, {"status", "active"}).size(),
            ran ? age_cell(object, {"status", "lastScheduleTime"}, now) : "<none>",
            age_cell(object, {"metadata", "creationTimestamp"}, now),
            container_names(pod_template),
            container_images(pod_template),
            selector_text(find(spec, {"selector"}))};
  }

 protected:
  void default_spec(Value& spec) const override {
    set_default(spec, {"schedule"}, "");
    set_default(spec, {"concurrencyPolicy"}, "Allow");
    set_default(spec, {"suspend"}, false);
    set_default(spec, {"successfulJobsHistoryLimit"}, 3);
    set_default(spec, {"failedJobsHistoryLimit"}, 1);
    Value& job = ensure_object(spec, {"jobTemplate"});
    ensure_object(job, {"metadata"});
    // The job's own defaults come when a job is made of it.
    default_pod_template(ensure_object(job, {"spec", "template"}));
  }

  void default_status(Value& status) const override { drop_empty(status, {"active"}); }

  void validate_spec(const Value& object, FieldErrors& errors) const override {
    const Value& spec = object_at(object, {"spec"});
    const std::string schedule = text_at(spec, {"schedule"});
    constexpr std::size_t kFields = 5;
    if (schedule.empty()) {
      errors.required("spec.schedule");
    } else if (!schedule.starts_with('@') && word_count(schedule) != kFields) {
      errors.invalid(
          "spec.schedule",
          Value(schedule),
          fmt::format("expected exactly 5 fields, found {}: [{}]", word_count(schedule), schedule));
    }
    const std::string policy = text_at(spec, {"concurrencyPolicy"});
    if (policy != "Allow" && policy != "Forbid" && policy != "Replace") {
      errors.not_supported("spec.concurrencyPolicy", Value(policy), {"Allow", "Forbid", "Replace"});
    }
    for (const char* name :
         {"startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"}) {
      check_nonnegative(spec, name, "spec", errors);
    }
    const Value& job = object_at(spec, {"jobTemplate", "spec"});
    if (flag_at(job, {"manualSelector"})) {
      errors.not_supported("spec.jobTemplate.spec.manualSelector", Value("true"), {"nil", "false"});
    }
    validate_job_spec(job, "spec.jobTemplate.spec", errors);
  }

  void validate_spec_change(const Value& /*fresh*/,
                            const Value& /*old*/,
                            FieldErrors& /*errors*/) const override {}

  void validate_status(const Value& /*status*/, FieldErrors& /*errors*/) const override {}
};

std::vector<Column> CronJobKind::columns() const {
  return {
      name_column(),
      column("Schedule",
             "string",
             "The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron."),
      column("Timezone",
             "string",
             "The time zone name for the given schedule, see "
             "https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, "
             "this will default to the time zone of the kube-controller-manager process. The "
             "set of valid time zone names and the time zone offset is loaded from the "
             "system-wide time zone database by the API server during CronJob validation and "
             "the controller manager during execution. If no system-wide time zone database can "
             "be found a bundled version of the database is used instead. If the time zone name "
             "becomes invalid during the lifetime of a CronJob or due to a change in host "
             "configuration, the controller will stop creating new new Jobs and will create a "
             "system event with the reason UnknownTimeZone. More information can be found in "
             "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones"),
      column("Suspend",
             "boolean",
             "This flag tells the controller to suspend subsequent executions, it does not "
             "apply to already started executions.  Defaults to false."),
      column("Active", "integer", "A list of pointers to currently running jobs."),
      column("Last Schedule",
             "string",
             "Information when was the last time the job was successfully scheduled."),
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

}  // namespace

std::unique_ptr<Kind> cron_job_kind() {
  return std::make_unique<CronJobKind>();
}

}  // namespace cfkops::sandbox

#include "container_image.hpp"
#include "difference.hpp"
#include "image_set_plan.hpp"
#include "kinds.hpp"
#include "rollout_wait.hpp"
#include "subject.hpp"
#include "workload.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <utility>

namespace cfkops::actions {

namespace {

using engine::Outcome;
using runbook::Type;

constexpr int kMostTries = 5;  // its status changes while pods come and go

std::vector<ContainerImage> with_image(std::vector<ContainerImage> images,
                                       const std::string& image) {
  for (ContainerImage& one : images) {
    one.image = image;
  }
  return images;
}

Result<ImageChoice> choose(const Workload& workload, const engine::Arguments& arguments) {
  const std::string image = arguments.string("image");
  if (std::optional<Error> refusal = image_name_objection(image)) {
    return *std::move(refusal);
  }
  CFKOPS_ASSIGN(std::vector<ContainerImage> before,
                containers_for(workload.object, arguments.string("container"), image));
  std::vector<ContainerImage> after = with_image(before, image);
  return ImageChoice{.before = std::move(before), .after = std::move(after)};
}

/// Of this very state.
Result<kube::Object> send(kube::Client& client,
                          const Workload& workload,
                          const std::vector<ContainerImage>& images) {
  const kube::Object& object = workload.object;
  return client.patch(
      workload.resource,
      object.ns(),
      object.name(),
      image_patch(images),
      {.type = kube::PatchType::Strategic,
       .precondition = {.uid = object.uid(), .resource_version = object.resource_version()}});
}

Json to_json(const std::vector<ContainerImage>& images) {
  nlohmann::json all = nlohmann::json::array();
  for (const ContainerImage& one : images) {
    all.push_back({{"list", one.list}, {"container", one.container}, {"image", one.image}});
  }
  return Json(std::move(all));
}

std::vector<ContainerImage> from_json(const Json& json) {
  const std::vector<Json> all = json.items();
  std::vector<ContainerImage> images;
  images.reserve(all.size());
  for (const Json& one : all) {
    images.push_back({.list = one.string_or("/list", ""),
                      .container = one.string_or("/container", ""),
                      .image = one.string_or("/image", "")});
  }
  return images;
}

/// The images that an earlier attempt of this step, or an earlier process, has found and changed.
std::optional<std::vector<ContainerImage>> former(const engine::Context& context) {
  if (context.journal == nullptr) {
    return std::nullopt;
  }
  for (const engine::Remembered& one : context.journal->remembered()) {
    if (one.step == context.step.id && !one.undone && one.data.has("/was")) {
      return from_json(one.data.get("/was"));
    }
  }
  return std::nullopt;
}

std::vector<std::string> change_lines(const std::vector<ContainerImage>& before,
                                      const std::vector<ContainerImage>& after) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] != after[i]) {
      lines.push_back(difference_line(
          fmt::format("/spec/template/spec/{}/{}/image", before[i].list, before[i].container),
          before[i].image,
          after[i].image));
    }
  }
  return lines;
}

class ImageSet final : public engine::Action {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& /*context*/,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    CFKOPS_ASSIGN(const Workload workload, read_workload(reader, arguments));
    engine::StepPlan plan;
    plan.permissions = permissions(workload);
    plan.undo =
        "the containers get their former images again, unless somebody changes them meanwhile, and "
        "the pods are waited for";
    const auto choice = choose(workload, arguments);
    if (choice && choice->before == choice->after) {
      plan.notes.push_back(workload.object.text() +
                           " has that image already: nothing is set, and its pods are waited for");
      return plan;
    }
    plan.changes.push_back(change(reader, workload, choice));
    if (choice) {
      CFKOPS_TRY(say_rollout(reader, workload, *choice, plan));
    }
    return plan;
  }

  [[nodiscard]] Outcome apply(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) const override {
    const auto outcome = roll(context, client, arguments);
    return outcome ? *outcome : Outcome::from(outcome.error());
  }

  [[nodiscard]] engine::PlannedChange planned_undo(const Json& remembered) const override {
    const std::vector<ContainerImage> was = from_json(remembered.get("/was"));
    return {.verb = "patch",
            .object = fmt::format("{} {}/{}",
                                  base::lower(remembered.string_or("/kind", "")),
                                  remembered.string_or("/namespace", ""),
                                  remembered.string_or("/name", "")),
            .uid = remembered.string_or("/uid", ""),
            .diff = change_lines(with_image(was, remembered.string_or("/wrote", "")), was),
            .verdict = {}};
  }

  [[nodiscard]] Outcome undo(const engine::Context& context,
                             kube::Client& client,
                             const Json& remembered) const override {
    const auto outcome = give_back(context, client, remembered);
    return outcome ? *outcome : Outcome::from(outcome.error());
  }

 private:
  static runbook::ActionSpec make_spec() {
    const Type text = Type::of(Type::Kind::String);
    const Type number = Type::of(Type::Kind::Int);
    runbook::ActionSpec spec{
        .name = "image.set",
        .summary = "rolls a new image into a workload, and waits until every pod runs it"};
    spec.arguments = {
        rolled_workload_argument(),
        {.name = "image",
         .type = text,
         .required = true,
         .help = "the new one, with a tag other than latest or a digest"},
        {.name = "container",
         .type = text,
         .fallback = runbook::Value(""),
         .help = "whose; else all that run an image of the same repository, or the only one"},
        {.name = "patience",
         .type = Type::of(Type::Kind::Duration),
         .fallback = runbook::Value(kRolloutPatience),
         .help =
             "for how long a new pod may fail to pull the image or crash until it is given up"}};
    spec.outputs = {{"changed", Type::of(Type::Kind::Bool), "this run has set the image"},
                    {"before", Type::list_of(text), "the former images, as container=image"},
                    {"containers", Type::list_of(text), "that have the image"},
                    {"pods", number, "that run it and are Ready in the end"},
                    {"restarts", number, "of their containers until then"}};
    spec.effect = runbook::Effect::Idempotent;
    spec.timeout = std::chrono::minutes(15);
    using In = runbook::PermissionSpec::In;
    spec.permissions = {{"get", "the workload"},
                        {"list", "the workload"},
                        {"watch", "the workload"},
                        {"patch", "the workload"},
                        {"list", "pods"},
                        {"watch", "pods"},
                        {"list", "poddisruptionbudgets.policy"},
                        {"delete", "pods", In::TheNamespace, "StatefulSet"}};
    spec.example =
        "- id: roll\n"
        "  do: image.set\n"
        "  with:\n"
        "    workload: ${params.workload}\n"
        "    image: registry.example.com/shop/web:1.4.2\n";
    return spec;
  }

  static std::vector<kube::AccessQuestion> permissions(const Workload& workload) {
    const auto all = [&](const std::string& verb, const kube::Resource& resource) {
      return Subject{resource, workload.object.ns(), {}}.may(verb);
    };
    std::vector<kube::AccessQuestion> questions = {
        workload.may("get"),
        workload.may("list"),
        workload.may("watch"),
        workload.may("patch"),
        all("list", kube::resources::pods()),
        all("watch", kube::resources::pods()),
        all("list", kube::resources::pod_disruption_budgets())};
    if (goes_in_order(workload.object)) {
      questions.push_back(all("delete", kube::resources::pods()));
    }
    return questions;
  }

  static engine::PlannedChange change(kube::Reader& reader,
                                      const Workload& workload,
                                      const Result<ImageChoice>& choice) {
    const kube::Object& object = workload.object;
    engine::PlannedChange change{
        .verb = "patch", .object = object.text(), .uid = object.uid(), .diff = {}, .verdict = {}};
    std::optional<Error> refusal =
        choice ? image_objection(object) : std::optional<Error>(choice.error());
    if (choice) {
      change.diff = change_lines(choice->before, choice->after);
    }
    if (!refusal) {
      const auto tried = reader.dry_run_patch(workload.resource,
                                              object.ns(),
                                              object.name(),
                                              kube::PatchType::Strategic,
                                              image_patch(choice->after));
      refusal = tried ? std::optional<Error>() : tried.error();
    }
    change.refused = refusal.has_value();
    change.verdict = refusal ? "refused: " + refusal->text() : "accepted";
    return change;
  }

  static Result<Outcome> roll(const engine::Context& context,
                              kube::Client& client,
                              const engine::Arguments& arguments) {
    CFKOPS_ASSIGN(Workload workload, read_workload(client, arguments));
    CFKOPS_ASSIGN(const ImageChoice choice, choose(workload, arguments));
    const bool is_so = choice.before == choice.after;
    if (!is_so) {
      if (std::optional<Error> refusal = image_objection(workload.object)) {
        return *std::move(refusal);
      }
      CFKOPS_TRY(remember(context, workload, choice));
      CFKOPS_TRY(set(client, arguments, workload, choice));
      context.progress(fmt::format("{} is given {} instead of {}",
                                   workload.object.text(),
                                   base::enumerate(image_texts(choice.after)),
                                   base::enumerate(image_texts(choice.before))));
    }
    Outcome outcome =
        wait_rolled_out(context,
                        client,
                        workload,
                        {.images = choice.after, .patience = arguments.duration("patience")});
    const auto found = former(context);
    const std::vector<std::string> before = image_texts(found.value_or(choice.before));
    runbook::ValueList containers;
    containers.reserve(choice.after.size());
    for (const ContainerImage& one : choice.after) {
      containers.emplace_back(one.container);
    }
    outcome.outputs["changed"] = !is_so || found;
    outcome.outputs["before"] = runbook::ValueList(before.begin(), before.end());
    outcome.outputs["containers"] = std::move(containers);
    return outcome;
  }

  /// Sends it; a version that is another one by its status alone is read again.
  static Status set(kube::Client& client,
                    const engine::Arguments& arguments,
                    Workload& workload,
                    const ImageChoice& choice) {
    for (int tries = 1;; ++tries) {
      const auto sent = send(client, workload, choice.after);
      if (sent) {
        return {};
      }
      if (sent.error().code != ErrorCode::Conflict || tries == kMostTries) {
        return sent.error();
      }
      CFKOPS_ASSIGN(workload, read_workload(client, arguments));
      if (!has_images(workload.object.json().get("/spec/template/spec"), choice.before)) {
        return make_error(
            ErrorCode::Refused,
            fmt::format("somebody else has changed the images of {} meanwhile: {}",
                        workload.object.text(),
                        base::enumerate(image_texts(template_images(workload.object)))),
            "find out who, and start the run again");
      }
    }
  }

  static Status remember(const engine::Context& context,
                         const Workload& workload,
                         const ImageChoice& choice) {
    if (context.journal == nullptr) {
      return {};
    }
    return context.journal->remember_undo(
        Json(nlohmann::json{{"kind", workload.resource.kind},
                            {"namespace", workload.object.ns()},
                            {"name", workload.object.name()},
                            {"uid", workload.object.uid()},
                            {"was", to_json(choice.before).raw()},
                            {"wrote", choice.after.front().image}}));
  }

  static Result<Outcome> give_back(const engine::Context& context,
                                   kube::Client& client,
                                   const Json& remembered) {
    CFKOPS_ASSIGN(const std::string kind, remembered.string_at("/kind"));
    CFKOPS_ASSIGN(const std::string wrote, remembered.string_at("/wrote"));
    const std::vector<ContainerImage> was = from_json(remembered.get("/was"));
    const engine::Arguments arguments(
        {{"workload",
          runbook::ValueMap{{"kind", kind},
                            {"namespace", remembered.string_or("/namespace", "")},
                            {"name", remembered.string_or("/name", "")},
                            {"uid", remembered.string_or("/uid", "")}}}});
    CFKOPS_ASSIGN(const Workload workload, read_workload(client, arguments));
    const Json spec = workload.object.json().get("/spec/template/spec");
    for (const ContainerImage& one : was) {
      if (!has_images(spec, {one}) && !has_images(spec, with_image({one}, wrote))) {
        return Outcome::refused(
            fmt::format("somebody else has changed {} meanwhile: container {} had {}, we wrote {}, "
                        "now its containers have {}",
                        workload.object.text(),
                        one.container,
                        one.image,
                        wrote,
                        base::enumerate(image_texts(template_images(workload.object)))));
      }
    }
    if (!has_images(spec, was)) {
      const auto sent = send(client, workload, was);
      if (!sent && sent.error().code == ErrorCode::Conflict) {
        return Outcome::not_yet(sent.error().text());
      }
      CFKOPS_TRY(sent);
    }
    return wait_rolled_out(context, client, workload, {.images = was, .back = true});
  }
};

}  // namespace

const engine::Action& image_set() {
  static const ImageSet kAction;
  return kAction;
}

}  // namespace cfkops::actions

#include "backup_folder.hpp"
#include "irreversible.hpp"
#include "kinds.hpp"
#include "subject.hpp"

#include "cfkops/base/clock.hpp"
#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <utility>

namespace cfkops::actions {

namespace {

using runbook::Type;

constexpr const char* kPassingText = "pods, jobs, events, endpoints, leases, controller revisions";
constexpr const char* kPassingWhy =
    "they tell of a moment, would run again, or are made by what is kept";

runbook::ActionSpec make_spec() {
  const Type text = Type::of(Type::Kind::String);
  const Type texts = Type::list_of(text);
  runbook::ActionSpec spec{.name = "objects.backup",
                           .summary = "keeps the objects of namespaces in a folder of files"};
  spec.arguments = {
      {.name = "to", .type = text, .required = true, .help = "the folder; must hold no backup yet"},
      {.name = "namespaces",
       .type = texts,
       .fallback = runbook::Value(runbook::ValueList{}),
       .help = "whose objects; the run's namespace when empty"},
      {.name = "selector",
       .type = text,
       .fallback = runbook::Value(""),
       .help = "only objects with these labels, as kubectl takes it: app=web"},
      {.name = "kinds",
       .type = texts,
       .fallback = runbook::Value(runbook::ValueList{}),
       .help = "only these kinds, as kubectl takes them; all that can be kept when empty"},
      {.name = "secrets",
       .type = Type::of(Type::Kind::Bool),
       .fallback = runbook::Value(false),
       .help = "Secrets too, with their values"}};
  spec.outputs = {{"folder", text, "where it is"},
                  {"objects", Type::of(Type::Kind::Int), "how many objects are in it"},
                  {"left_out", texts, "what is not in it, and why"},
                  {"sha256", text, "of its index, which has that of every file"}};
  spec.effect = runbook::Effect::Read;
  spec.permissions = {{"get", "namespaces"},
                      {"list", "all kinds that are kept"},
                      {"get", "all kinds that are kept"}};
  spec.example =
      "- id: backup\n"
      "  do: objects.backup\n"
      "  with: {to: backups/shop, namespaces: [shop]}\n";
  return spec;
}

WishedObjects wish_of(const engine::Context& context, const engine::Arguments& arguments) {
  WishedObjects wish{.namespaces = arguments.strings("namespaces"),
                     .selector = arguments.string("selector"),
                     .kinds = arguments.strings("kinds"),
                     .secrets = arguments.boolean("secrets")};
  if (wish.namespaces.empty()) {
    wish.namespaces = {context.ns};
  }
  return wish;
}

/// Secrets where somebody has asked for them.
Status check_secrets(const WishedObjects& wish, const std::vector<kube::Resource>& resources) {
  for (const kube::Resource& resource : resources) {
    if (resource == kube::resources::secrets() && !wish.secrets) {
      return make_error(ErrorCode::InvalidInput,
                        "Secrets are kept with their values only where that is asked for",
                        "set secrets: true, or leave them out of kinds");
    }
  }
  return {};
}

/// What is no object, but belongs to what is told of the copy.
void tell_what_never_is(const WishedObjects& wish, TakenObjects& taken) {
  if (!wish.kinds.empty()) {
    return;
  }
  if (!wish.secrets) {
    taken.left_out.push_back({.what = "secrets", .why = "their values were not asked for"});
  }
  taken.left_out.push_back({.what = kPassingText, .why = kPassingWhy});
}

engine::Outcome outcome_of(const std::string& folder,
                           std::size_t objects,
                           const std::vector<LeftOut>& left_out,
                           const std::string& sha256) {
  runbook::ValueList lines;
  for (const LeftOut& one : left_out) {
    lines.emplace_back(fmt::format("{}: {}", one.what, one.why));
  }
  return engine::Outcome::done({{"folder", folder},
                                {"objects", static_cast<std::int64_t>(objects)},
                                {"left_out", std::move(lines)},
                                {"sha256", sha256}});
}

/// The backup of this very run, where an earlier attempt has got to the end; nothing where the
/// folder is free. Errors: Refused where it holds another one.
Result<std::optional<Backup>> backup_there(const engine::Context& context,
                                           const std::string& folder) {
  const Result<Backup> there = read_backup(context.file_system(), folder, "");
  if (!there && there.error().code == ErrorCode::NotFound) {
    return std::optional<Backup>();
  }
  if (there && there->about.run == context.run_id) {
    return std::optional(*there);
  }
  return make_error(ErrorCode::Refused,
                    folder + " holds a backup already" +
                        (there ? ", taken " + base::printable(there->about.taken) : ""),
                    "name another folder: a backup is never written over");
}

Result<engine::Outcome> back_up(const engine::Context& context,
                                kube::Client& client,
                                const engine::Arguments& arguments) {
  const std::string folder = arguments.string("to");
  CFKOPS_ASSIGN(const auto there, backup_there(context, folder));
  if (there) {
    return outcome_of(folder, there->entries.size(), there->left_out, there->sha256);
  }
  const WishedObjects wish = wish_of(context, arguments);
  CFKOPS_ASSIGN(const std::vector<kube::Resource> resources, wished_resources(client, wish));
  CFKOPS_TRY(check_secrets(wish, resources));
  CFKOPS_ASSIGN(TakenObjects taken, take_objects(client, wish, resources));
  tell_what_never_is(wish, taken);
  const BackupAbout about{.run = context.run_id,
                          .taken = base::format_rfc3339_seconds(client.loop().clock().wall()),
                          .server = client.server(),
                          .namespaces = wish.namespaces,
                          .selector = wish.selector,
                          .secrets = wish.secrets};
  CFKOPS_ASSIGN(const std::string sha256,
                write_backup(context.file_system(), folder, about, taken));
  context.progress("kept " + base::counted(static_cast<long long>(taken.objects.size()), "object") +
                   " in " + folder + ", index " + sha256);
  return outcome_of(folder, taken.objects.size(), taken.left_out, sha256);
}

class ObjectsBackup final : public Irreversible {
 public:
  [[nodiscard]] const runbook::ActionSpec& spec() const override {
    static const runbook::ActionSpec kSpec = make_spec();
    return kSpec;
  }

  [[nodiscard]] Result<engine::StepPlan> plan(const engine::Context& context,
                                              kube::Reader& reader,
                                              const engine::Arguments& arguments) const override {
    const std::string folder = arguments.string("to");
    CFKOPS_TRY(backup_there(context, folder));
    const WishedObjects wish = wish_of(context, arguments);
    CFKOPS_ASSIGN(const std::vector<kube::Resource> resources, wished_resources(reader, wish));
    CFKOPS_TRY(check_secrets(wish, resources));
    engine::StepPlan plan;
    for (const std::string& ns : wish.namespaces) {
      plan.permissions.push_back(Subject{kube::resources::namespaces(), {}, ns}.may("get"));
      for (const kube::Resource& resource : resources) {
        // To get each is for the check `backup` that looks whether the copy is as what is there.
        for (const char* verb : {"list", "get"}) {
          plan.permissions.push_back(Subject{resource, ns, {}}.may(verb));
        }
      }
    }
    plan.notes.push_back(
        fmt::format("keeps {} of {} in {}",
                    base::counted(static_cast<long long>(resources.size()), "kind"),
                    base::enumerate(wish.namespaces),
                    folder));
    plan.notes.emplace_back(wish.secrets ? "Secrets with their values: every file has mode 0600"
                                         : "no Secrets: their values were not asked for");
    plan.undo = "nothing to undo: the cluster is only read, and the files stay";
    return plan;
  }

  [[nodiscard]] engine::Outcome apply(const engine::Context& context,
                                      kube::Client& client,
                                      const engine::Arguments& arguments) const override {
    const auto outcome = back_up(context, client, arguments);
    return outcome ? *outcome : engine::Outcome::from(outcome.error());
  }
};

}  // namespace

const engine::Action& objects_backup() {
  static const ObjectsBackup kAction;
  return kAction;
}

}  // namespace cfkops::actions

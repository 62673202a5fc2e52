#include "subject.hpp"

#include "cfkops/base/text.hpp"

#include <fmt/core.h>

#include <chrono>

namespace cfkops::actions {

namespace {

using runbook::Type;

constexpr Duration kLookAgain = std::chrono::seconds(1);

runbook::ArgumentSpec text_argument(std::string name, bool required, std::string help) {
  return {.name = std::move(name),
          .type = Type::of(Type::Kind::String),
          .required = required,
          .fallback = {},
          .help = std::move(help)};
}

}  // namespace

std::string optional_text(const engine::Arguments& arguments, std::string_view name) {
  const runbook::Value* value = arguments.find(name);
  return value == nullptr || value->is_null() ? std::string() : value->text();
}

std::string text_of(const runbook::ValueMap& ref, std::string_view key) {
  const auto found = ref.find(key);
  return found == ref.end() ? std::string() : found->second.text();
}

Status still_same(const kube::Object& now, const std::string& uid) {
  if (uid.empty() || now.uid() == uid) {
    return {};
  }
  return make_error(
      ErrorCode::Refused,
      fmt::format("{} is another one now: uid {}, not {}", now.text(), now.uid(), uid),
      "look at it, and start the run again");
}

std::string Subject::text() const {
  const std::string kind = base::lower(resource.kind);
  return resource.namespaced ? kind + " " + ns + "/" + name : kind + " " + name;
}

kube::AccessQuestion Subject::may(const std::string& verb, const std::string& subresource) const {
  return {.verb = verb, .resource = resource, .subresource = subresource, .ns = ns, .name = name};
}

std::vector<runbook::ArgumentSpec> subject_arguments() {
  return {text_argument("kind", true, "what it is, as kubectl takes it: statefulset, sts, kafkas"),
          text_argument("name", true, "its name"),
          text_argument("namespace", false, "its namespace; the run's when left out")};
}

std::string namespace_of(const engine::Context& context, const engine::Arguments& arguments) {
  const std::string given = optional_text(arguments, "namespace");
  return given.empty() ? context.ns : given;
}

Result<Subject> read_subject(const engine::Context& context,
                             kube::Reader& reader,
                             const engine::Arguments& arguments) {
  CFKOPS_ASSIGN(kube::Resource resource, reader.discover(arguments.string("kind")));
  Subject subject{.resource = std::move(resource), .ns = {}, .name = arguments.string("name")};
  if (subject.resource.namespaced) {
    subject.ns = namespace_of(context, arguments);
  }
  return subject;
}

std::vector<runbook::ArgumentSpec> pod_arguments() {
  return {text_argument("pod", true, "its name"),
          text_argument("namespace", false, "its namespace; the run's when left out"),
          text_argument("uid", false, "only if it still is this one")};
}

Result<kube::Object> read_pod(const engine::Context& context,
                              kube::Reader& reader,
                              const engine::Arguments& arguments) {
  const std::string ns = namespace_of(context, arguments);
  CFKOPS_ASSIGN(kube::Object pod, reader.get(kube::resources::pods(), ns, arguments.string("pod")));
  const std::string uid = optional_text(arguments, "uid");
  if (!uid.empty() && pod.uid() != uid) {
    return make_error(ErrorCode::Conflict,
                      pod.text() + " has uid " + pod.uid() + ", not " + uid,
                      "it was replaced in the meantime: look at it before anything is done to it");
  }
  return pod;
}

engine::Outcome wait_gone(const engine::Context& context,
                          kube::Client& client,
                          const kube::Resource& resource,
                          const kube::Object& object) {
  const MonoTime began = client.loop().clock().now();
  for (;;) {
    const auto now = client.get(resource, object.ns(), object.name());
    const bool gone = now ? now->uid() != object.uid() : now.error().code == ErrorCode::NotFound;
    if (gone) {
      return engine::Outcome::done({{"uid", object.uid()}});
    }
    if (!now && now.error().code == ErrorCode::Forbidden) {
      return engine::Outcome::from(now.error());
    }
    const MonoTime time = client.loop().clock().now();
    if (time >= context.deadline) {
      return engine::Outcome::unknown(
          object.text() + " is still going: " + (now ? "terminating" : now.error().text()));
    }
    context.waiting({.what = object.text() + " to be gone",
                     .why = now ? "it is terminating" : now.error().text(),
                     .details = {},
                     .estimate = {},
                     .elapsed = time - began});
    const Status paused = client.loop().pause(kLookAgain);
    if (!paused) {
      return engine::Outcome::from(paused.error());
    }
  }
}

}  // namespace cfkops::actions

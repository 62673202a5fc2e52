#include "parts.hpp"

#include "cfkops/health/read.hpp"
#include "cfkops/kafka/target.hpp"

#include <utility>

namespace cfkops::health {

namespace {

kube::AccessQuestion ask(const char* verb,
                         const kube::Resource& resource,
                         std::string ns = {},
                         std::string name = {}) {
  return {.verb = verb,
          .resource = resource,
          .subresource = {},
          .ns = std::move(ns),
          .name = std::move(name)};
}

/// Of parts that are no plain list.
void add_others(const ReadOptions& options,
                const Parts& wanted,
                std::vector<kube::AccessQuestion>& questions) {
  namespace known = kube::resources;
  if (!options.ns.empty()) {
    questions.push_back(ask("get", known::namespaces(), "", options.ns));
  }
  if (wanted.has(Part::Latency)) {
    questions.push_back(ask("get", known::namespaces(), "", kTimedNamespace));
  }
  if (wanted.has(Part::TlsSecrets) || wanted.has(Part::NamedSecrets)) {
    questions.push_back(ask("get", known::secrets(), options.ns));
  }
  if (options.checks.profile == Profile::Sop) {
    questions.push_back(ask("get", known::nodes()));
    questions.push_back(ask("get", known::persistent_volumes()));
  }
  if (wanted.has(Part::Kubelets)) {
    questions.push_back(ask("get", known::nodes()));
    questions.back().subresource = "proxy";
  }
  if (wanted.has(Part::Kafka) && !wanted.has(Part::Components)) {
    questions.push_back(ask("list", kafka::kafkas(), options.ns));
  }
  if (wanted.has(Part::Kafka) || wanted.has(Part::Rest)) {
    questions.push_back(ask("get", known::pods(), options.ns));
    questions.back().subresource = "proxy";
  }
}

}  // namespace

std::vector<kube::AccessQuestion> rights(const ReadOptions& options) {
  const Parts wanted = wanted_parts(options);
  std::vector<kube::AccessQuestion> questions;
  for (const ListedPart& listed : listed_parts()) {
    if (wanted.has(listed.part)) {
      const bool in_one = listed.resource.namespaced;
      questions.push_back(
          ask("list", listed.resource, in_one ? namespace_of(listed, options.ns) : ""));
    }
  }
  for (std::size_t i = 0; i < kParts; ++i) {
    const Part part = static_cast<Part>(i);
    if (wanted.has(part) && !path_of(part).empty()) {
      questions.push_back(kube::AccessQuestion::of_path(std::string(path_of(part))));
    }
  }
  add_others(options, wanted, questions);
  return questions;
}

}  // namespace cfkops::health

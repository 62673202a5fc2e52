#pragma once

#include "cfkops/kube/client.hpp"

#include <string>

namespace cfkops::kube {

/// Whether the server is to do it or only to say what it would do.
enum class DryRun { No, Yes };

/// What a request is about, for messages: "patch pod confluent/kafka-0", "create pods in namespace
/// confluent".
[[nodiscard]] std::string describe(std::string_view verb,
                                   const Resource& resource,
                                   std::string_view ns,
                                   std::string_view name = {});

/// The parameters that every write carries.
[[nodiscard]] std::string write_query(DryRun dry_run, bool force = false);

[[nodiscard]] std::string_view content_type(PatchType type);

/// A request with a JSON body.
[[nodiscard]] Request json_request(std::string method, std::string target, const Json& body);

/// The Eviction object for `pod`.
[[nodiscard]] Json eviction_body(const std::string& ns,
                                 const std::string& pod,
                                 const Precondition& precondition,
                                 DryRun dry_run);

}  // namespace cfkops::kube

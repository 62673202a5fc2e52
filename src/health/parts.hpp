#pragma once

#include "cfkops/health/catalogue.hpp"
#include "cfkops/health/read.hpp"
#include "cfkops/health/snapshot.hpp"
#include "cfkops/kube/resource.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace cfkops::health {

/// A list of objects that is a part, or belongs to it with others.
struct ListedPart {
  Part part;
  kube::Resource resource;
  std::string_view only_in = {};         ///< the one namespace that counts, or ""
  std::string_view field_selector = {};  ///< ready made
  bool may_lack = false;  ///< servers are well without it; then there is nothing of it
};

/// All parts that are lists, whichever profile asks for them.
[[nodiscard]] std::span<const ListedPart> listed_parts();

/// The namespace in which it is listed where that one was asked for, "": all.
[[nodiscard]] std::string namespace_of(const ListedPart& listed, const std::string& asked);

/// The path of what the API server tells of itself: "/readyz"; "" of parts that are none such.
[[nodiscard]] std::string_view path_of(Part part);

/// What the checks that are asked for read.
[[nodiscard]] Parts wanted_parts(const ReadOptions& options);

/// What certificates are called in secrets, by Kubernetes and by Confluent; nothing else of a
/// secret is kept.
constexpr std::array<const char*, 4> kCertificateKeys = {
    "tls.crt", "ca.crt", "fullchain.pem", "cacerts.pem"};

/// Small reads of it are timed.
constexpr const char* kTimedNamespace = "kube-system";

}  // namespace cfkops::health

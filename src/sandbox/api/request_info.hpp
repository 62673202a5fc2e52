#pragma once

#include <string>
#include <string_view>

namespace cfkops::sandbox {

/// What a path says by its form alone, whether anybody serves it or not
/// (apiserver pkg/endpoints/request/requestinfo.go).
struct RequestInfo {
  bool is_resource = false;
  std::string group = {};
  std::string version = {};
  std::string ns = {};  ///< for namespaces themselves, their own name
  std::string plural = {};
  std::string name = {};
  std::string subresource = {};
  std::string rest = {};  ///< behind the subresource
  bool watch = false;     ///< the old form, /api/v1/watch/…
};

/// `path` is decoded.
[[nodiscard]] RequestInfo read_path(std::string_view path);

/// "list", "patch", …: the verb that an authorizer is asked for.
[[nodiscard]] std::string verb_of(std::string_view method, const RequestInfo& info, bool watch);

}  // namespace cfkops::sandbox

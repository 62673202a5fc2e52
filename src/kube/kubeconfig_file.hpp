#pragma once

#include "cfkops/base/result.hpp"
#include "cfkops/base/source_pos.hpp"
#include "cfkops/kube/kubeconfig.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

/// A value of a kubeconfig and where it stands; without a place when it came from a flag.
struct Text {
  std::string value = {};
  SourcePos pos = {};

  [[nodiscard]] bool empty() const { return value.empty(); }
};

/// One entry of `clusters`. Paths are absolute; data fields are decoded.
struct ClusterStanza {
  SourcePos pos = {};
  Text server = {};
  Text tls_server_name = {};
  Text ca_file = {};
  Text ca_data = {};
  Text proxy_url = {};
  bool insecure_skip_tls_verify = false;
  bool disable_compression = false;
  std::string exec_config_json = {};  ///< the extension for exec plug-ins, or ""
};

/// One entry of `users`.
struct UserStanza {
  SourcePos pos = {};
  Text certificate_file = {};
  Text certificate_data = {};
  Text key_file = {};
  Text key_data = {};
  Text token = {};
  Text token_file = {};
  Text username = {};
  Text password = {};
  Text impersonate_user = {};
  Text impersonate_uid = {};
  std::vector<std::string> impersonate_groups = {};
  std::vector<std::pair<std::string, std::string>> impersonate_extra = {};
  Text auth_provider = {};
  SourcePos exec_pos = {};
  std::optional<ExecPlugin> exec = {};
};

/// One entry of `contexts`.
struct ContextStanza {
  SourcePos pos = {};
  Text cluster = {};
  Text user = {};
  Text ns = {};
};

/// What one file says, or several merged.
struct Kubeconfig {
  std::map<std::string, ClusterStanza> clusters = {};
  std::map<std::string, UserStanza> users = {};
  std::map<std::string, ContextStanza> contexts = {};
  Text current_context = {};

  /// Takes over from a later file what this one does not have: whole entries, the first definition
  /// wins.
  void merge(Kubeconfig later);
};

/// Reads one file's text; unknown fields are ignored, relative paths are those of the file's
/// folder. An empty text is an empty configuration. Errors: InvalidInput with file, line and
/// column.
[[nodiscard]] Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& file);

}  // namespace cfkops::kube

#pragma once

#include "cfkops/base/clock.hpp"
#include "cfkops/base/process.hpp"
#include "cfkops/base/redacted.hpp"
#include "cfkops/base/result.hpp"
#include "cfkops/kube/kubeconfig.hpp"
#include "cfkops/kube/transport.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cfkops::kube {

/// What one request shows to the server. Never changed once made, so requests in flight share it.
struct Credential {
  Redacted authorization;  ///< the header's value, "Bearer …", or ""
  std::vector<Header> impersonation;
  std::string certificate_pem;
  Redacted key_pem;
  std::uint64_t generation = 0;  ///< which run of the exec plug-in it came from; 0 without one
};

/// What an exec plug-in answered.
struct ExecCredential {
  Redacted token;
  std::string certificate_pem;
  Redacted key_pem;
  std::optional<WallTime> expiration;
};

/// Runs an exec credential plug-in (client.authentication.k8s.io) unattended: standard input is
/// never given to it. Errors: Unauthorized, prefixed as client-go prefixes them, with the plug-in's
/// own words and its install hint.
[[nodiscard]] Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin,
                                                     const ClusterAccess& cluster,
                                                     base::Process& process);

/// Reads a plug-in's answer. Errors: Unauthorized.
[[nodiscard]] Result<ExecCredential> parse_exec_credential(const ExecPlugin& plugin,
                                                           std::string_view output);

/// The name of the header that carries one impersonation extra: bytes a header's name may not have
/// are percent-escaped, as client-go does.
[[nodiscard]] std::string impersonate_extra_header(std::string_view key);

/// Who we are to the server, kept fresh: token and client certificate files are read again after
/// 50 s, an exec plug-in runs when its credential is missing, expired or was rejected. One thread.
/// Borrows clock and process.
class Credentials {
 public:
  Credentials(const ClientConfig& config, const Clock& clock, base::Process& process);

  /// The credential for a request that is sent now; a plain-http server gets impersonation only, as
  /// from client-go. Errors: Unauthorized where it could not be had; Unreachable, to be waited for
  /// like a server that is away, where an exec plug-in fails that has worked before; InvalidInput
  /// where it cannot stand in a header.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> get();

  /// Says that the server answered 401 to the credential of that generation. True where asking
  /// `get` again may give another one.
  [[nodiscard]] bool reject(std::uint64_t generation);

 private:
  [[nodiscard]] Result<std::string> token();
  [[nodiscard]] Status refresh_plugin();
  void reread_certificate();
  [[nodiscard]] Result<std::shared_ptr<const Credential>> build(std::string authorization);

  ClusterAccess cluster_;
  UserAccess user_;
  bool secure_;
  const Clock& clock_;
  base::Process& process_;

  Redacted file_token_;
  std::optional<MonoTime> file_read_at_;
  MonoTime certificate_read_at_;
  std::optional<ExecCredential> plugin_credential_;
  bool plugin_rejected_ = false;
  std::uint64_t generation_ = 0;
  std::shared_ptr<const Credential> built_;
};

}  // namespace cfkops::kube

#include "credentials.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"
#include "cfkops/base/log.hpp"
#include "cfkops/base/text.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace cfkops::kube {

namespace {

/// A bound service account token is good for at least ten minutes more when the kubelet replaces
/// it; client-go keeps one for a minute less ten seconds.
constexpr Duration kFileAge = std::chrono::seconds(50);

bool legal_in_header_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$&'*+-.^_`|~").find(c) != std::string_view::npos;
}

Status check_header_value(const std::string& value, const std::string& what) {
  const bool legal = std::ranges::all_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= ' ' && byte != 0x7f) || byte == '\t';
  });
  if (!legal) {
    return make_error(ErrorCode::InvalidInput,
                      what + " holds a line break or another control character",
                      "it must be one line, without anything around it");
  }
  return {};
}

/// The PEM text in `file`, or `otherwise` where there is no file.
Result<std::string> pem_of(const std::string& file, const std::string& otherwise) {
  if (file.empty()) {
    return otherwise;
  }
  CFKOPS_ASSIGN(std::string text, base::read_file(file, std::size_t{4} << 20U));
  if (text.find("-----BEGIN ") == std::string::npos) {
    return make_error(ErrorCode::InvalidInput, file + " is not PEM");
  }
  return text;
}

std::vector<Header> impersonation_headers(const UserAccess& user) {
  std::vector<Header> headers;
  const auto add = [&headers](std::string name, const std::string& value) {
    headers.push_back({std::move(name), value});
  };
  if (user.impersonate_user.empty()) {
    return headers;
  }
  add("Impersonate-User", user.impersonate_user);
  if (!user.impersonate_uid.empty()) {
    add("Impersonate-Uid", user.impersonate_uid);
  }
  for (const std::string& group : user.impersonate_groups) {
    add("Impersonate-Group", group);
  }
  for (const auto& [key, value] : user.impersonate_extra) {
    add(impersonate_extra_header(key), value);
  }
  return headers;
}

}  // namespace

std::string impersonate_extra_header(std::string_view key) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string name = "Impersonate-Extra-";
  for (const char c : key) {
    if (legal_in_header_name(c)) {
      name.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    name.push_back('%');
    name.push_back(kDigits[byte >> 4U]);
    name.push_back(kDigits[byte & 0x0fU]);
  }
  return name;
}

Credentials::Credentials(const ClientConfig& config, const Clock& clock, base::Process& process)
    : cluster_(config.cluster),
      user_(config.user),
      secure_(base::lower(config.cluster.server).starts_with("https://")),
      clock_(clock),
      process_(process),
      certificate_read_at_(clock.now()) {}

Result<std::string> Credentials::token() {
  if (user_.token_file.empty()) {
    return user_.token.reveal();
  }
  if (file_read_at_ && clock_.now() - *file_read_at_ < kFileAge) {
    return file_token_.reveal();
  }
  const Result<std::string> text = base::read_file(user_.token_file, std::size_t{1} << 20U);
  std::string token(text ? base::trim(*text) : std::string_view());
  if (token.empty()) {
    const std::string problem =
        text ? "read empty token from file \"" + user_.token_file + "\""
             : "failed to read token file \"" + user_.token_file + "\": " + text.error().message;
    // The one we have may still be good, and the file is often only being replaced.
    const std::string& kept = file_token_.empty() ? user_.token.reveal() : file_token_.reveal();
    if (kept.empty()) {
      return make_error(ErrorCode::Unauthorized,
                        "getting credentials: " + problem,
                        "check the user's tokenFile; in a pod it is mounted by the kubelet");
    }
    base::log(base::LogLevel::Warning, problem);
    return kept;
  }
  file_token_ = Redacted(token);
  file_read_at_ = clock_.now();
  return token;
}

Status Credentials::refresh_plugin() {
  const bool expired = plugin_credential_ && plugin_credential_->expiration &&
                       clock_.wall() >= *plugin_credential_->expiration;
  if (plugin_credential_ && !expired && !plugin_rejected_) {
    return {};
  }
  plugin_rejected_ = false;
  Result<ExecCredential> fresh = run_exec_plugin(*user_.exec, cluster_, process_);
  if (!fresh) {
    // What has worked before is waited for. The old credential stays until its expiry: the 401 may
    // have been the server's own trouble.
    Error error = std::move(fresh).error();
    error.code = plugin_credential_ ? ErrorCode::Unreachable : error.code;
    return error;
  }
  plugin_credential_ = *std::move(fresh);
  ++generation_;
  return {};
}

void Credentials::reread_certificate() {
  const bool from_files = !user_.client_certificate_file.empty() || !user_.client_key_file.empty();
  if (!from_files || clock_.now() - certificate_read_at_ < kFileAge) {
    return;
  }
  Result<std::string> certificate =
      pem_of(user_.client_certificate_file, user_.client_certificate_pem);
  Result<std::string> key = pem_of(user_.client_key_file, user_.client_key_pem.reveal());
  if (!certificate || !key) {
    // As with a token: the pair we have may still be good, and the files are only being replaced.
    base::log(base::LogLevel::Warning, (certificate ? key : certificate).error().message);
    return;
  }
  certificate_read_at_ = clock_.now();
  if (*certificate != user_.client_certificate_pem || *key != user_.client_key_pem.reveal()) {
    user_.client_certificate_pem = *std::move(certificate);
    user_.client_key_pem = Redacted(*std::move(key));
    built_.reset();
  }
}

Result<std::shared_ptr<const Credential>> Credentials::get() {
  std::string authorization;
  const bool has_own = !user_.token.empty() || !user_.token_file.empty() || !user_.username.empty();
  if (secure_ && user_.exec && !has_own) {
    CFKOPS_TRY(refresh_plugin());
  }
  if (secure_) {
    reread_certificate();
    CFKOPS_ASSIGN(std::string token, this->token());
    if (token.empty() && plugin_credential_) {
      token = plugin_credential_->token.reveal();
    }
    if (!token.empty()) {
      authorization = "Bearer " + token;
    } else if (!user_.username.empty()) {
      authorization =
          "Basic " + base::base64_encode(user_.username + ":" + user_.password.reveal());
    }
  }
  if (built_ && built_->generation == generation_ &&
      built_->authorization.reveal() == authorization) {
    return built_;
  }
  CFKOPS_TRY(check_header_value(authorization, "the credential for the Authorization header"));
  return build(std::move(authorization));
}

Result<std::shared_ptr<const Credential>> Credentials::build(std::string authorization) {
  Credential credential;
  credential.authorization = Redacted(std::move(authorization));
  credential.impersonation = impersonation_headers(user_);
  for (const Header& header : credential.impersonation) {
    CFKOPS_TRY(check_header_value(header.value, header.name));
  }
  if (secure_) {
    const bool from_plugin = plugin_credential_ && !plugin_credential_->certificate_pem.empty();
    credential.certificate_pem =
        from_plugin ? plugin_credential_->certificate_pem : user_.client_certificate_pem;
    credential.key_pem = from_plugin ? plugin_credential_->key_pem : user_.client_key_pem;
  }
  credential.generation = generation_;
  built_ = std::make_shared<const Credential>(std::move(credential));
  return built_;
}

bool Credentials::reject(std::uint64_t generation) {
  if (generation == 0) {
    return false;
  }
  if (generation == generation_) {
    plugin_rejected_ = true;
  }
  return true;
}

}  // namespace cfkops::kube

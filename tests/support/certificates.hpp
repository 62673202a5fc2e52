#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace cfkops::test {

/// A certificate and its key, both PEM.
struct Identity {
  std::string certificate_pem;
  std::string key_pem;
};

/// What a certificate is issued for.
struct CertificateOptions {
  std::string common_name = "localhost";
  std::vector<std::string> dns_names = {"localhost"};
  std::vector<std::string> ip_addresses = {"127.0.0.1"};
  std::chrono::seconds valid_from = std::chrono::hours(-1);  ///< relative to now
  std::chrono::seconds valid_until = std::chrono::hours(1);  ///< ditto
};

/// A certificate authority made in memory, for tests of TLS. P-256 keys, so that making one is
/// quick.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& common_name = "cfkops test CA");
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;
  CertificateAuthority(CertificateAuthority&&) = delete;
  CertificateAuthority& operator=(CertificateAuthority&&) = delete;

  /// Its own certificate, for those who shall trust it.
  const std::string& pem() const { return pem_; }

  /// A certificate signed by it, for a server or a client.
  Identity issue(const CertificateOptions& options = {}) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
  std::string pem_;
};

}  // namespace cfkops::test

#include "support/certificates.hpp"

#include "cfkops/base/certificate.hpp"
#include "cfkops/base/crypto.hpp"
#include "cfkops/health/catalogue.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace cfkops::health {
namespace {

using std::chrono::hours;

/// What T01 says of a secret with that certificate.
Answer judge_pem(const std::string& pem) {
  Snapshot snapshot;
  snapshot.now = std::chrono::system_clock::now();
  Source& source = snapshot.source(Part::TlsSecrets);
  source.state = Source::State::Read;
  source.at = snapshot.now;
  snapshot.of(Part::TlsSecrets)
      .emplace_back(nlohmann::json{{"metadata", {{"name", "tls"}, {"namespace", "c"}}},
                                   {"data", {{"tls.crt", base::base64_encode(pem)}}}});
  snapshot.source(Part::StatefulSets) = source;
  std::vector<Answer> answers = judge_all(snapshot, {});
  return *std::find_if(answers.begin(), answers.end(), [](const Answer& answer) {
    return answer.check->id == "T01";
  });
}

Answer judge_until(std::chrono::seconds valid_until) {
  const test::CertificateAuthority authority;
  return judge_pem(
      authority.issue({.valid_from = hours(-48), .valid_until = valid_until}).certificate_pem);
}

TEST(Certificates, TellsHowSoonTheyExpire) {
  ASSERT_EQ(judge_until(hours(24 * 20)).found.size(), 1U);
  EXPECT_EQ(judge_until(hours(24 * 20)).found[0].severity, Severity::Warning);
  EXPECT_EQ(judge_until(hours(24 * 3)).found.at(0).severity, Severity::Fail);
  const Answer expired = judge_until(hours(-24));
  EXPECT_EQ(expired.found.at(0).severity, Severity::Critical);
  EXPECT_EQ(expired.found.at(0).object, "secret c/tls");
  EXPECT_EQ(expired.found.at(0).message, "certificate CN=localhost has expired");
}

TEST(Certificates, SayWhichHostsTheyAreFor) {
  const test::CertificateAuthority authority;
  const auto identity = authority.issue(
      {.dns_names = {"kafka.example.com", "*.c.svc"}, .ip_addresses = {"10.1.2.3"}});
  const auto certificates = base::read_certificates(identity.certificate_pem);
  ASSERT_TRUE(certificates);
  EXPECT_EQ(certificates->at(0).names,
            (std::vector<std::string>{"kafka.example.com", "*.c.svc", "10.1.2.3"}));
  EXPECT_TRUE(base::read_certificates(authority.pem())->at(0).names.empty());
}

TEST(Certificates, AMonthAndMoreIsWell) {
  EXPECT_EQ(judge_until(hours(24 * 40)).verdict, Verdict::Pass);
}

TEST(Certificates, OneThatCannotBeReadIsUnknown) {
  const Answer answer = judge_pem("no certificate");
  EXPECT_EQ(answer.verdict, Verdict::Unknown);
  EXPECT_EQ(answer.unknown.at(0), "secret c/tls: tls.crt cannot be read");
}

}  // namespace
}  // namespace cfkops::health

#include "credentials.hpp"

#include "kube/transport_harness.hpp"
#include "support/matchers.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

#include "cfkops/base/json.hpp"
#include "cfkops/base/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::IsOk;
using testing::ElementsAre;
using testing::Pair;

using namespace std::chrono_literals;

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() { config.cluster.server = "https://10.0.0.1:6443"; }

  Credentials credentials() { return {config, clock, process}; }

  static std::string authorization(Credentials& credentials) {
    const Result<std::shared_ptr<const Credential>> credential = credentials.get();
    return credential ? (*credential)->authorization.reveal()
                      : "error: " + credential.error().text();
  }

  base::ProcessOutcome answer(const std::string& status) const {
    return {.exit_code = 0,
            .output = R"({"apiVersion":")" + version + R"(","kind":"ExecCredential","status":{)" +
                      status + "}}",
            .error_output = ""};
  }

  test::TempDir dir;
  test::VirtualClock clock;
  FakeProcess process;
  ClientConfig config;
  std::string version = "client.authentication.k8s.io/v1";
};

TEST_F(CredentialsTest, BearerBasicOrNothing) {
  Credentials nobody = credentials();
  EXPECT_EQ(authorization(nobody), "");
  config.user.username = "admin";
  config.user.password = Redacted("p:w");
  Credentials basic = credentials();
  EXPECT_EQ(authorization(basic), "Basic YWRtaW46cDp3");
  config.user.token = Redacted("t");
  Credentials bearer = credentials();
  EXPECT_EQ(authorization(bearer), "Bearer t");
}

TEST_F(CredentialsTest, ATokenFileIsReadAgainAfter50Seconds) {
  config.user.token_file = dir.write("token", "  one\n");
  Credentials file = credentials();
  EXPECT_EQ(authorization(file), "Bearer one") << "trimmed";
  dir.write("token", "two\n");
  clock.advance(49s);
  EXPECT_EQ(authorization(file), "Bearer one");
  clock.advance(1s);
  EXPECT_EQ(authorization(file), "Bearer two");
}

TEST_F(CredentialsTest, ATokenFileThatVanishesLeavesTheOldToken) {
  config.user.token_file = dir.write("token", "one");
  Credentials file = credentials();
  EXPECT_EQ(authorization(file), "Bearer one");
  dir.write("token", "\n");
  clock.advance(60s);
  EXPECT_EQ(authorization(file), "Bearer one");
  std::filesystem::remove(dir.path() / "token");
  EXPECT_EQ(authorization(file), "Bearer one");
  dir.write("token", "three");
  EXPECT_EQ(authorization(file), "Bearer three") << "looked for at once, not 50 s later";
}

TEST_F(CredentialsTest, TheStaticTokenIsOnlyTheFilesFirstValue) {
  config.user.token = Redacted("static");
  config.user.token_file = (dir.path() / "token").string();
  Credentials both = credentials();
  EXPECT_EQ(authorization(both), "Bearer static");
  dir.write("token", "file");
  EXPECT_EQ(authorization(both), "Bearer file");
}

TEST_F(CredentialsTest, ClientCertificateFilesAreReadAgainAfter50Seconds) {
  const auto show = [](Credentials& credentials) {
    const auto credential = *credentials.get();
    return credential->certificate_pem + credential->key_pem.reveal();
  };
  config.user.client_certificate_pem = "-----BEGIN one";
  config.user.client_key_pem = Redacted("-----BEGIN 1");
  config.user.client_certificate_file = dir.write("crt", "-----BEGIN two");
  config.user.client_key_file = dir.write("key", "-----BEGIN 2");
  Credentials files = credentials();
  EXPECT_EQ(show(files), "-----BEGIN one-----BEGIN 1");
  clock.advance(50s);
  EXPECT_EQ(show(files), "-----BEGIN two-----BEGIN 2");
  dir.write("crt", "-----BEGIN three");
  dir.write("key", "");
  clock.advance(50s);
  EXPECT_EQ(show(files), "-----BEGIN two-----BEGIN 2") << "the pair that was whole";
  dir.write("key", "-----BEGIN 3");
  EXPECT_EQ(show(files), "-----BEGIN three-----BEGIN 3");
}

TEST_F(CredentialsTest, AnEmptyOrMissingTokenFileIsToldByName) {
  config.user.token_file = dir.write("token", "");
  Credentials empty = credentials();
  EXPECT_THAT(empty.get(),
              HasError(ErrorCode::Unauthorized,
                       "read empty token from file \"" + config.user.token_file + "\""));
  config.user.token_file = "/none/token";
  Credentials missing = credentials();
  EXPECT_THAT(missing.get(),
              HasError(ErrorCode::Unauthorized, "failed to read token file \"/none/token\""));
}

TEST_F(CredentialsTest, AHeaderCannotBeSmuggledIn) {
  config.user.token = Redacted("a\r\nX-Evil: 1");
  Credentials token = credentials();
  EXPECT_THAT(token.get(), HasError(ErrorCode::InvalidInput, "line break"));
  config.user.token = Redacted("t");
  config.user.impersonate_user = "jane\nImpersonate-Group: system:masters";
  Credentials user = credentials();
  EXPECT_THAT(user.get(), HasError(ErrorCode::InvalidInput, "Impersonate-User"));
}

TEST_F(CredentialsTest, ImpersonationBecomesHeaders) {
  config.user.impersonate_user = "jane";
  config.user.impersonate_uid = "7";
  config.user.impersonate_groups = {"a", "b"};
  config.user.impersonate_extra = {{"example.com/scopes%", "x"}};
  Credentials jane = credentials();
  EXPECT_THAT((*jane.get())->impersonation,
              ElementsAre(Header{"Impersonate-User", "jane"},
                          Header{"Impersonate-Uid", "7"},
                          Header{"Impersonate-Group", "a"},
                          Header{"Impersonate-Group", "b"},
                          Header{"Impersonate-Extra-example.com%2Fscopes%25", "x"}));
}

TEST_F(CredentialsTest, APlainHttpServerIsShownImpersonationOnly) {
  config.cluster.server = "http://10.0.0.1:8080";
  config.user.token = Redacted("t");
  config.user.impersonate_user = "jane";
  config.user.client_certificate_pem = "pem";
  config.user.exec = token_plugin();
  Credentials plain = credentials();
  EXPECT_EQ(authorization(plain), "");
  EXPECT_EQ((*plain.get())->certificate_pem, "");
  EXPECT_EQ((*plain.get())->impersonation.size(), 1U);
  EXPECT_TRUE(process.requests.empty());
}

// Exec plug-ins.

TEST_F(CredentialsTest, ThePluginGetsItsStanzaAndExecInfo) {
  config.user.exec = token_plugin();
  config.user.exec->args = {"--cluster", "a b"};
  config.user.exec->env = {{"AWS_PROFILE", "dev"}};
  process.outcomes = {answer(R"("token":"t")")};
  Credentials plugin = credentials();
  EXPECT_EQ(authorization(plugin), "Bearer t");
  const base::ProcessRequest& request = process.requests.at(0);
  EXPECT_THAT(request.argv, ElementsAre("get-token", "--cluster", "a b"));
  EXPECT_EQ(request.input, "");
  EXPECT_THAT(request.environment.at(0), Pair("AWS_PROFILE", "dev"));
  EXPECT_EQ(request.environment.at(1).first, "KUBERNETES_EXEC_INFO");
  EXPECT_EQ(
      request.environment.at(1).second,
      R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}})");
}

TEST_F(CredentialsTest, ThePluginGetsTheClusterWhereItsStanzaSaysSo) {
  config.cluster.ca_pem = "pem";
  config.cluster.tls_server_name = "n";
  config.cluster.proxy_url = "http://p";
  config.user.exec = token_plugin();
  config.user.exec->provide_cluster_info = true;
  config.user.exec->cluster_config_json = R"({"audience":"me"})";
  process.outcomes = {answer(R"("token":"t")")};
  Credentials plugin = credentials();
  EXPECT_EQ(authorization(plugin), "Bearer t");
  const Result<Json> info = Json::parse(process.requests.at(0).environment.at(0).second);
  ASSERT_THAT(info, IsOk());
  EXPECT_EQ(
      info->get("/spec/cluster").dump(),
      R"({"certificate-authority-data":"cGVt","config":{"audience":"me"},"proxy-url":"http://p",)"
      R"("server":"https://10.0.0.1:6443","tls-server-name":"n"})");
}

TEST_F(CredentialsTest, ThePluginRunsAgainWhenItsCredentialExpires) {
  config.user.exec = token_plugin();
  // The virtual clock starts at 03:04:05.
  process.outcomes = {answer(R"("token":"one","expirationTimestamp":"2026-01-02T03:05:05Z")"),
                      answer(R"("token":"two")")};
  Credentials plugin = credentials();
  EXPECT_EQ(authorization(plugin), "Bearer one");
  clock.advance(59s);
  EXPECT_EQ(authorization(plugin), "Bearer one");
  clock.advance(1s);
  EXPECT_EQ(authorization(plugin), "Bearer two");
  clock.advance(24h);
  EXPECT_EQ(authorization(plugin), "Bearer two") << "without an expiry it lasts until a 401";
  EXPECT_EQ(process.requests.size(), 2U);
}

TEST_F(CredentialsTest, ManyRejectionsOfOneCredentialRunThePluginOnce) {
  config.user.exec = token_plugin();
  process.outcomes = {answer(R"("token":"one")"), answer(R"("token":"two")")};
  Credentials plugin = credentials();
  const std::uint64_t first = (*plugin.get())->generation;
  EXPECT_TRUE(plugin.reject(first));
  EXPECT_EQ(authorization(plugin), "Bearer two");
  EXPECT_TRUE(plugin.reject(first)) << "the other request had the old one, too";
  EXPECT_EQ(authorization(plugin), "Bearer two");
  EXPECT_EQ(process.requests.size(), 2U);
}

TEST_F(CredentialsTest, APluginThatHasWorkedIsWaitedForAndItsOldCredentialKept) {
  config.user.exec = token_plugin();
  const base::ProcessOutcome failure{.exit_code = 1, .output = "", .error_output = "no network"};
  process.outcomes = {answer(R"("token":"one","expirationTimestamp":"2026-01-02T03:05:05Z")"),
                      failure,
                      make_error(ErrorCode::Io, "too many open files"),
                      answer(R"("token":"two")")};
  Credentials plugin = credentials();
  EXPECT_TRUE(plugin.reject((*plugin.get())->generation));
  const auto refused = plugin.get();
  EXPECT_THAT(refused, HasError(ErrorCode::Unreachable, "exit code 1: no network"));
  EXPECT_NE(refused.error().hint, "");
  EXPECT_EQ(authorization(plugin), "Bearer one") << "the 401 may have been the server's trouble";
  clock.advance(60s);
  EXPECT_THAT(plugin.get(), HasError(ErrorCode::Unreachable, "too many open files"));
  EXPECT_EQ(authorization(plugin), "Bearer two");
}

TEST_F(CredentialsTest, ThePluginsEnvironmentMayHoldBytesThatAreNoText) {
  config.user.exec = token_plugin();
  config.user.exec->provide_cluster_info = true;
  config.cluster.tls_server_name = "n\xff";
  process.outcomes = {answer(R"("token":"t")")};
  Credentials plugin = credentials();
  EXPECT_EQ(authorization(plugin), "Bearer t");
}

TEST_F(CredentialsTest, WithoutAPluginARejectionStands) {
  config.user.token = Redacted("t");
  Credentials fixed = credentials();
  EXPECT_FALSE(fixed.reject((*fixed.get())->generation));
}

TEST_F(CredentialsTest, ThePluginMayGiveACertificate) {
  config.user.exec = token_plugin();
  process.outcomes = {answer(R"("clientCertificateData":"cert","clientKeyData":"key")")};
  Credentials plugin = credentials();
  const Result<std::shared_ptr<const Credential>> credential = plugin.get();
  ASSERT_THAT(credential, IsOk());
  EXPECT_EQ((*credential)->certificate_pem, "cert");
  EXPECT_EQ((*credential)->key_pem.reveal(), "key");
  EXPECT_EQ((*credential)->authorization.reveal(), "");
}

TEST_F(CredentialsTest, AStaticTokenKeepsThePluginFromRunning) {
  config.user.exec = token_plugin();
  config.user.token = Redacted("t");
  Credentials both = credentials();
  EXPECT_EQ(authorization(both), "Bearer t");
  EXPECT_TRUE(process.requests.empty());
}

TEST_F(CredentialsTest, AnAnswerThatIsNoCredentialIsRefused) {
  const ExecPlugin plugin = token_plugin();
  const auto parse = [&plugin](const std::string& text) {
    return parse_exec_credential(plugin, text);
  };
  EXPECT_THAT(parse("Please log in"), HasError(ErrorCode::Unauthorized, "no JSON"));
  EXPECT_THAT(parse(R"({"kind":"Pod","apiVersion":"v1"})"),
              HasError(ErrorCode::Unauthorized, "no ExecCredential"));
  EXPECT_THAT(
      parse(
          R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}})"),
      HasError(ErrorCode::Unauthorized,
               "getting credentials: exec plugin is configured to use API version "
               "client.authentication.k8s.io/v1, "
               "plugin returned version client.authentication.k8s.io/v1beta1"));
  EXPECT_THAT(parse(R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"})"),
              HasError(ErrorCode::Unauthorized, "exec plugin didn't return a status field"));
  EXPECT_THAT(parse(answer("").output),
              HasError(ErrorCode::Unauthorized, "didn't return a token or cert/key pair"));
  EXPECT_THAT(parse(answer(R"("clientCertificateData":"c")").output),
              HasError(ErrorCode::Unauthorized, "only certificate or key"));
  EXPECT_THAT(parse(answer(R"("token":"t","expirationTimestamp":"tomorrow")").output),
              HasError(ErrorCode::Unauthorized, "expirationTimestamp"));
}

TEST_F(CredentialsTest, AFailingPluginTellsItsLastWordsAndItsHint) {
  config.user.exec = token_plugin();
  process.outcomes = {base::ProcessOutcome{
      .exit_code = 3, .output = "", .error_output = "trace\n\x1b[31mexpired session\x1b[0m\n"}};
  Credentials plugin = credentials();
  const auto credential = plugin.get();
  EXPECT_THAT(credential,
              HasError(ErrorCode::Unauthorized,
                       "getting credentials: exec: executable get-token failed with exit code 3: "
                       "expired session"));
  EXPECT_THAT(credential, HasError(ErrorCode::Unauthorized, "install get-token from example.org"));
}

TEST_F(CredentialsTest, APluginThatInsistsOnATerminalIsNotRun) {
  config.user.exec = token_plugin();
  config.user.exec->interactive_mode = "Always";
  Credentials plugin = credentials();
  EXPECT_THAT(plugin.get(),
              HasError(ErrorCode::Unauthorized, "exec plugin cannot support interactive mode"));
  EXPECT_TRUE(process.requests.empty());
}

TEST_F(CredentialsTest, RunsARealPlugin) {
  const std::filesystem::path script = dir.write(
      "plugin",
      "#!/bin/sh\n"
      "case $KUBERNETES_EXEC_INFO in *'\"interactive\":false'*) ;; *) exit 9 ;; esac\n"
      "[ -z \"$(cat)\" ] || exit 8\n"
      "echo '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",'\n"
      "echo '\"status\":{\"token\":\"'\"$1-$FLAVOUR\"'\"}}'\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  ExecPlugin plugin = token_plugin();
  plugin.command = script;
  plugin.args = {"argument"};
  plugin.env = {{"FLAVOUR", "mint"}};
  base::SystemProcess real;
  const Result<ExecCredential> credential = run_exec_plugin(plugin, config.cluster, real);
  ASSERT_THAT(credential, IsOk());
  EXPECT_EQ(credential->token.reveal(), "argument-mint");
  plugin.command = (dir.path() / "none").string();
  EXPECT_THAT(run_exec_plugin(plugin, config.cluster, real),
              HasError(ErrorCode::Unauthorized, "not found"));
}

}  // namespace
}  // namespace cfkops::kube

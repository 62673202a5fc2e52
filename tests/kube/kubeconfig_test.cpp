#include "cfkops/kube/kubeconfig.hpp"

#include "kube/kubeconfig_fixture.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::IsOk;
using testing::ElementsAre;
using testing::Pair;

// Which files, in what order.

TEST_F(KubeconfigTest, TheFlagNamesTheOnlyFile) {
  environment.kubeconfig_variable = write("other", "server: 'https://other'", "token: t");
  const Result<ClientConfig> config = load("server: 'https://flag'", "token: t");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->cluster.server, "https://flag");
  EXPECT_EQ(config->source, flags.kubeconfig);
  EXPECT_EQ(config->context, "x");
}

TEST_F(KubeconfigTest, TheFlagsFileMustExist) {
  flags.kubeconfig = dir.path() / "none";
  EXPECT_THAT(load(),
              HasError(ErrorCode::InvalidInput,
                       "stat " + flags.kubeconfig + ": no such file or directory"));
}

TEST_F(KubeconfigTest, TheVariableComesBeforeHome) {
  environment.home = dir.path();
  write(".kube/config", "server: 'https://home'", "token: t");
  EXPECT_EQ(load()->cluster.server, "https://home");
  environment.kubeconfig_variable = write("variable", "server: 'https://variable'", "token: t");
  EXPECT_EQ(load()->cluster.server, "https://variable");
}

TEST_F(KubeconfigTest, TheVariablesFilesMayBeMissingEmptyOrTwice) {
  const std::string file = write("a", "server: 'https://a'", "token: t");
  const std::string empty = dir.write("empty", "");
  environment.kubeconfig_variable =
      ":" + (dir.path() / "none").string() + ":" + empty + ":" + file + ":" + file + ":";
  const Result<ClientConfig> config = load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->source, empty + ":" + file);
}

TEST_F(KubeconfigTest, FindingNoneTellsWhereItLooked) {
  environment.kubeconfig_variable = "/none/a:/none/b";
  EXPECT_THAT(
      load(),
      HasError(ErrorCode::InvalidInput, "no kubeconfig found: looked at /none/a and /none/b"));
  flags.context = "prod";
  EXPECT_THAT(load(), HasError(ErrorCode::InvalidInput, "no kubeconfig found: looked at /none/a"));
  EXPECT_THAT(load(),
              HasError(ErrorCode::InvalidInput, "pass --kubeconfig FILE or set KUBECONFIG"));
  environment.kubeconfig_variable = "";
  environment.home = "/none";
  EXPECT_THAT(load(), HasError(ErrorCode::InvalidInput, "looked at /none/.kube/config"));
  environment.home = "";
  EXPECT_THAT(load(), HasError(ErrorCode::InvalidInput, "neither KUBECONFIG nor HOME"));
}

TEST_F(KubeconfigTest, AFileThatDoesNotParseIsAnErrorEvenBesideAGoodOne) {
  const std::string bad = dir.write("bad", "clusters: [\n");
  environment.kubeconfig_variable = write("good", "server: 'https://a'", "token: t") + ":" + bad;
  const Result<ClientConfig> config = load();
  EXPECT_THAT(config,
              HasError(ErrorCode::InvalidInput, "error loading config file \"" + bad + "\""));
  ASSERT_TRUE(config.error().pos);
  EXPECT_EQ(config.error().pos->file, bad);
}

TEST_F(KubeconfigTest, JsonIsReadToo) {
  EXPECT_EQ(
      load_text(
          R"({"current-context":"x","clusters":[{"name":"c","cluster":{"server":"https://json"}}],)"
          R"("contexts":[{"name":"x","context":{"cluster":"c"}}]})")
          ->cluster.server,
      "https://json");
}

TEST_F(KubeconfigTest, UnknownFieldsAreIgnored) {
  EXPECT_THAT(
      load("server: 'https://a', colour: blue", "token: t, extensions: [{name: x, extension: {}}]"),
      IsOk());
}

TEST_F(KubeconfigTest, OtherKindsAreRefused) {
  EXPECT_THAT(load_text("apiVersion: v1\nkind: Pod\n"),
              HasError(ErrorCode::InvalidInput, "its kind is Pod"));
  EXPECT_THAT(load_text("- a\n- b\n"), HasError(ErrorCode::InvalidInput, "not a kubeconfig"));
}

TEST_F(KubeconfigTest, WrongTypesTellTheirPlace) {
  const Result<ClientConfig> config =
      load_text("clusters:\n- name: c\n  cluster:\n    server: [a]\n");
  EXPECT_THAT(config, HasError(ErrorCode::InvalidInput, "server: expected text"));
  EXPECT_EQ(config.error().pos->text(), flags.kubeconfig + ":4:13");
  EXPECT_THAT(load_text("clusters: {a: b}\n"),
              HasError(ErrorCode::InvalidInput, "clusters: expected a list"));
  EXPECT_THAT(load("server: 'https://a', insecure-skip-tls-verify: 'yes'", ""),
              HasError(ErrorCode::InvalidInput, "expected true or false"));
}

TEST_F(KubeconfigTest, ADuplicateNameIsRefusedAsByClientGo) {
  EXPECT_THAT(load_text("clusters:\n- {name: a, cluster: {server: 'https://1'}}\n- {name: a, "
                        "cluster: {server: 'https://2'}}\n"),
              HasError(ErrorCode::InvalidInput, "duplicate name \"a\" in clusters"));
}

TEST_F(KubeconfigTest, DataThatIsNoBase64TellsItsPlace) {
  const Result<ClientConfig> config =
      load("server: 'https://a', certificate-authority-data: '!!!'", "token: t");
  EXPECT_THAT(config, HasError(ErrorCode::InvalidInput, "certificate-authority-data: not base64"));
  EXPECT_EQ(config.error().pos->line, 6);
}

// Merging.

TEST_F(KubeconfigTest, TheFirstFileThatDefinesAnEntryWinsWhole) {
  const std::string first =
      dir.write("1", "clusters:\n- {name: c, cluster: {server: 'https://first'}}\n");
  const std::string second =
      dir.write("2",
                "current-context: x\n"
                "clusters:\n- {name: c, cluster: {server: 'https://second', tls-server-name: n}}\n"
                "users:\n- {name: u, user: {token: second}}\n"
                "contexts:\n- {name: x, context: {cluster: c, user: u, namespace: ns}}\n");
  const std::string third = dir.write("3",
                                      "current-context: y\n"
                                      "users:\n- {name: u, user: {token: third}}\n"
                                      "contexts:\n- {name: y, context: {cluster: c, user: u}}\n");
  environment.kubeconfig_variable = first + ":" + second + ":" + third;
  const Result<ClientConfig> config = load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->cluster.server, "https://first");
  EXPECT_EQ(config->cluster.tls_server_name, "") << "entries are not merged field by field";
  EXPECT_EQ(config->user.token.reveal(), "second");
  EXPECT_EQ(config->context, "x");
  EXPECT_EQ(config->ns, "ns");
}

TEST_F(KubeconfigTest, RelativePathsAreThoseOfTheEntrysFile) {
  dir.write("one/ca.pem", std::string(kPem) + "one");
  dir.write("two/ca.pem", std::string(kPem) + "two");
  dir.write("two/cert.pem", std::string(kPem) + "cert");
  dir.write("two/sub/key.pem", std::string(kPem) + "key");
  const std::string one = dir.write(
      "one/config",
      "clusters:\n- {name: c, cluster: {server: 'https://a', certificate-authority: ca.pem}}\n");
  environment.kubeconfig_variable =
      one + ":" +
      write("two/config", "server: x", "client-certificate: ./cert.pem, client-key: sub/key.pem");
  const Result<ClientConfig> config = load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->cluster.ca_pem, std::string(kPem) + "one");
  EXPECT_EQ(config->user.client_certificate_pem, std::string(kPem) + "cert");
  EXPECT_EQ(config->user.client_key_pem.reveal(), std::string(kPem) + "key");
}

TEST_F(KubeconfigTest, ATokenFileIsResolvedToo) {
  dir.write("token", "t");
  const Result<ClientConfig> config = load("server: 'https://a'", "tokenFile: token");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->user.token_file, dir.path() / "token");
}

TEST_F(KubeconfigTest, AnExecCommandIsResolvedOnlyWhenItHoldsASlash) {
  const std::string exec = ", apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}";
  EXPECT_EQ(load("server: 'https://a'", "exec: {command: aws" + exec)->user.exec->command, "aws");
  EXPECT_EQ(load("server: 'https://a'", "exec: {command: ./bin/aws" + exec)->user.exec->command,
            dir.path() / "bin/aws");
  EXPECT_EQ(load("server: 'https://a'", "exec: {command: /usr/bin/aws" + exec)->user.exec->command,
            "/usr/bin/aws");
}

// Fields.

TEST_F(KubeconfigTest, ReadsEveryFieldOfACluster) {
  const Result<ClientConfig> config = load(
      "server: 'https://a:1/p', tls-server-name: n, proxy-url: 'http://p:1', disable-compression: "
      "true, "
      "certificate-authority-data: " +
          std::string(kPemBase64),
      "token: t");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->cluster.server, "https://a:1/p");
  EXPECT_EQ(config->cluster.tls_server_name, "n");
  EXPECT_EQ(config->cluster.proxy_url, "http://p:1");
  EXPECT_TRUE(config->cluster.disable_compression);
  EXPECT_EQ(config->cluster.ca_pem, kPem);
}

TEST_F(KubeconfigTest, ReadsImpersonation) {
  const Result<ClientConfig> config =
      load("server: 'https://a'",
           "as: jane, as-uid: '7', as-groups: [a, b], as-user-extra: {scopes: [x, y]}");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->user.impersonate_user, "jane");
  EXPECT_EQ(config->user.impersonate_uid, "7");
  EXPECT_THAT(config->user.impersonate_groups, ElementsAre("a", "b"));
  EXPECT_THAT(config->user.impersonate_extra,
              ElementsAre(Pair("scopes", "x"), Pair("scopes", "y")));
}

TEST_F(KubeconfigTest, ReadsAnExecStanza) {
  const Result<ClientConfig> config = load(
      "server: 'https://a', extensions: [{name: client.authentication.k8s.io/exec, extension: "
      "{audience: me}}]",
      "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [eks, "
      "get-token], "
      "env: [{name: AWS_PROFILE, value: dev}], installHint: get it, provideClusterInfo: true}");
  ASSERT_THAT(config, IsOk());
  const ExecPlugin& exec = *config->user.exec;
  EXPECT_THAT(exec.args, ElementsAre("eks", "get-token"));
  EXPECT_THAT(exec.env, ElementsAre(Pair("AWS_PROFILE", "dev")));
  EXPECT_EQ(exec.install_hint, "get it");
  EXPECT_EQ(exec.interactive_mode, "IfAvailable") << "the default of v1beta1";
  EXPECT_TRUE(exec.provide_cluster_info);
  EXPECT_EQ(exec.cluster_config_json, R"({"audience":"me"})");
}

TEST_F(KubeconfigTest, APlainHttpServerGetsNoCredentials) {
  const Result<ClientConfig> config =
      load("server: 'http://a', certificate-authority-data: " + std::string(kPemBase64),
           "token: t, as: jane");
  ASSERT_THAT(config, IsOk());
  EXPECT_TRUE(config->user.token.empty());
  EXPECT_EQ(config->cluster.ca_pem, "");
  EXPECT_EQ(config->user.impersonate_user, "jane");
}

// Flags.

TEST_F(KubeconfigTest, FlagsChooseContextClusterUserAndNamespace) {
  const std::string text =
      "current-context: x\n"
      "clusters:\n- {name: c, cluster: {server: 'https://c'}}\n- {name: d, cluster: {server: "
      "'https://d'}}\n"
      "users:\n- {name: u, user: {token: u}}\n- {name: v, user: {token: v}}\n"
      "contexts:\n- {name: x, context: {cluster: c, user: u, namespace: nx}}\n- {name: prod-east, "
      "context: {cluster: d, user: u}}\n";
  EXPECT_EQ(load_text(text)->ns, "nx");
  flags.context = "prod-east";
  EXPECT_EQ(load_text(text)->cluster.server, "https://d");
  EXPECT_EQ(load_text(text)->ns, "default");
  flags.cluster = "c";
  flags.user = "v";
  flags.ns = "n";
  const Result<ClientConfig> config = load_text(text);
  EXPECT_EQ(config->cluster.server, "https://c");
  EXPECT_EQ(config->user.token.reveal(), "v");
  EXPECT_EQ(config->ns, "n");
  flags.cluster = "zzz";
  EXPECT_THAT(load_text(text), HasError(ErrorCode::InvalidInput, "cluster \"zzz\" does not exist"));
  flags.cluster = "";
  flags.user = "zzz";
  EXPECT_THAT(load_text(text),
              HasError(ErrorCode::InvalidInput, "auth info \"zzz\" does not exist"));
  flags.user = "";
  flags.context = "prod-esat";
  EXPECT_THAT(load_text(text),
              HasError(ErrorCode::InvalidInput,
                       "context \"prod-esat\" does not exist; did you mean 'prod-east'?"));
  EXPECT_THAT(load_text(text), HasError(ErrorCode::InvalidInput, "contexts: prod-east and x"));
}

TEST_F(KubeconfigTest, AClientCertificateFileIsRememberedUnlessDataOverridesIt) {
  dir.write("crt", kPem);
  const std::string key = ", client-key-data: " + std::string(kPemBase64);
  Result<ClientConfig> config = load("server: 'https://a'", "client-certificate: crt" + key);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->user.client_certificate_file, (dir.path() / "crt").string());
  EXPECT_EQ(config->user.client_key_file, "");
}

TEST_F(KubeconfigTest, NamesThatLeadNowhereAreTold) {
  EXPECT_THAT(
      load_text("current-context: nope\ncontexts:\n- {name: x, context: {}}\n"),
      HasError(ErrorCode::InvalidInput, "context was not found for specified context: nope"));
  const std::string dangling =
      "current-context: x\ncontexts:\n- {name: x, context: {cluster: c, user: u}}\n";
  const Result<ClientConfig> config = load_text(dangling);
  EXPECT_THAT(config,
              HasError(ErrorCode::InvalidInput, "cluster \"c\" was not found for context \"x\""));
  EXPECT_EQ(config.error().pos->line, 3);
  EXPECT_THAT(load_text(dangling + "clusters:\n- {name: c, cluster: {server: 'https://a'}}\n"),
              HasError(ErrorCode::InvalidInput, "user \"u\" was not found for context \"x\""));
  EXPECT_THAT(load_text("contexts:\n- {name: x, context: {}}\n"),
              HasError(ErrorCode::InvalidInput, "sets no current-context"));
  EXPECT_THAT(load_text("contexts:\n- {name: x, context: {}}\n"),
              HasError(ErrorCode::InvalidInput, "pass --context NAME; contexts: x"));
}

TEST_F(KubeconfigTest, TheServerFlagNeedsNoKubeconfig) {
  flags.server = "https://flag:6443";
  flags.token = Redacted("t");
  const Result<ClientConfig> config = load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->cluster.server, "https://flag:6443");
  EXPECT_EQ(config->context, "");
  EXPECT_EQ(config->source, "the flags");
}

TEST_F(KubeconfigTest, TheServerFlagDropsTheKubeconfigsTlsName) {
  flags.server = "https://flag";
  EXPECT_EQ(load("server: 'https://a', tls-server-name: n", "")->cluster.tls_server_name, "");
  flags.tls_server_name = "m";
  EXPECT_EQ(load("server: 'https://a', tls-server-name: n", "")->cluster.tls_server_name, "m");
}

TEST_F(KubeconfigTest, InsecureClearsTheCaAndACaFlagClearsInsecure) {
  const std::string with_ca =
      "server: 'https://a', certificate-authority-data: " + std::string(kPemBase64);
  flags.insecure_skip_tls_verify = true;
  Result<ClientConfig> config = load(with_ca, "");
  ASSERT_THAT(config, IsOk());
  EXPECT_TRUE(config->cluster.insecure_skip_tls_verify);
  EXPECT_EQ(config->cluster.ca_pem, "");
  flags.insecure_skip_tls_verify.reset();
  flags.certificate_authority = dir.write("other.pem", std::string(kPem) + "other");
  config = load("server: 'https://a', insecure-skip-tls-verify: true", "");
  ASSERT_THAT(config, IsOk());
  EXPECT_FALSE(config->cluster.insecure_skip_tls_verify);
  config = load(with_ca, "");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->cluster.ca_pem, std::string(kPem) + "other");
  flags.certificate_authority = "";
  flags.insecure_skip_tls_verify = false;
  EXPECT_FALSE(load("server: 'https://a', insecure-skip-tls-verify: true", "")
                   ->cluster.insecure_skip_tls_verify);
}

TEST_F(KubeconfigTest, CredentialFlagsReplaceTheirTwins) {
  dir.write("token", "from-file");
  flags.token = Redacted("flag");
  Result<ClientConfig> config = load("server: 'https://a'", "tokenFile: token");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->user.token.reveal(), "flag");
  EXPECT_EQ(config->user.token_file, "");
  flags = {};
  flags.client_certificate = dir.write("c.pem", std::string(kPem) + "c");
  flags.client_key = dir.write("k.pem", std::string(kPem) + "k");
  config = load(
      "server: 'https://a'",
      "client-certificate-data: " + std::string(kPemBase64) + ", client-key-data: " + kPemBase64);
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->user.client_certificate_pem, std::string(kPem) + "c");
  EXPECT_EQ(config->user.client_key_pem.reveal(), std::string(kPem) + "k");
}

TEST_F(KubeconfigTest, ImpersonationFlagsAreTaken) {
  flags.as = "jane";
  flags.as_uid = "7";
  flags.as_groups = {"g"};
  const Result<ClientConfig> config = load("server: 'https://a'", "as: joe, as-groups: [a]");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->user.impersonate_user, "jane");
  EXPECT_EQ(config->user.impersonate_uid, "7");
  EXPECT_THAT(config->user.impersonate_groups, ElementsAre("g"));
}

}  // namespace
}  // namespace cfkops::kube

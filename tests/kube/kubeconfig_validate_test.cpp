#include "kube/kubeconfig_fixture.hpp"
#include "support/matchers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace cfkops::kube {
namespace {

using test::HasError;
using test::IsOk;

// Validation, in kubectl's words.

TEST_F(KubeconfigTest, BothDataAndFileAreRefused) {
  dir.write("f.pem", kPem);
  const std::string data = kPemBase64;
  EXPECT_THAT(
      load("server: 'https://a', certificate-authority: f.pem, certificate-authority-data: " + data,
           ""),
      HasError(
          ErrorCode::InvalidInput,
          "invalid configuration: certificate-authority-data and certificate-authority are both "
          "specified for c. certificate-authority-data will override."));
  EXPECT_THAT(load("server: 'https://a'",
                   "client-certificate: f.pem, client-certificate-data: " + data +
                       ", client-key-data: " + data),
              HasError(ErrorCode::InvalidInput,
                       "client-cert-data and client-cert are both specified for u. "
                       "client-cert-data will override."));
  EXPECT_THAT(
      load("server: 'https://a'",
           "client-key: f.pem, client-key-data: " + data + ", client-certificate-data: " + data),
      HasError(ErrorCode::InvalidInput,
               "client-key-data and client-key are both specified for u; client-key-data will "
               "override"));
}

TEST_F(KubeconfigTest, CertificateAndKeyNeedEachOther) {
  const std::string data = kPemBase64;
  EXPECT_THAT(load("server: 'https://a'", "client-certificate-data: " + data),
              HasError(ErrorCode::InvalidInput,
                       "client-key-data or client-key must be specified for u to use the "
                       "clientCert authentication method."));
  EXPECT_THAT(
      load("server: 'https://a'", "client-key-data: " + data),
      HasError(ErrorCode::InvalidInput, "client-cert-data or client-cert must be specified for u"));
}

TEST_F(KubeconfigTest, FilesMustBeReadable) {
  const Result<ClientConfig> config =
      load("server: 'https://a', certificate-authority: none.pem", "");
  EXPECT_THAT(config,
              HasError(ErrorCode::InvalidInput,
                       "unable to read certificate-authority " +
                           (dir.path() / "none.pem").string() + " for c due to "));
  EXPECT_EQ(config.error().pos->line, 6);
  EXPECT_THAT(load("server: 'https://a'", "client-certificate: none.pem, client-key: none.key"),
              HasError(ErrorCode::InvalidInput, "unable to read client-cert "));
  EXPECT_THAT(load("server: 'https://a'", "tokenFile: none"),
              HasError(ErrorCode::InvalidInput, "unable to read tokenFile "));
}

TEST_F(KubeconfigTest, WhatIsNotPemIsRefused) {
  EXPECT_THAT(
      load("server: 'https://a', certificate-authority-data: AAAA", ""),
      HasError(ErrorCode::InvalidInput, "the certificate authority of cluster \"c\" is not PEM"));
}

TEST_F(KubeconfigTest, OnlyOneMethodIsAllowed) {
  EXPECT_THAT(load("server: 'https://a'", "token: t, username: n, password: p"),
              HasError(ErrorCode::InvalidInput,
                       "more than one authentication method found for u; found [token basicAuth], "
                       "only one is allowed"));
}

TEST_F(KubeconfigTest, InsecureWithACaIsRefused) {
  EXPECT_THAT(
      load("server: 'https://a', insecure-skip-tls-verify: true, certificate-authority-data: " +
               std::string(kPemBase64),
           ""),
      HasError(ErrorCode::InvalidInput,
               "specifying a root certificates file with the insecure flag is not allowed"));
}

TEST_F(KubeconfigTest, AServerMustBeThereAndBeAUrl) {
  EXPECT_THAT(load("tls-server-name: n", ""),
              HasError(ErrorCode::InvalidInput, "no server found for cluster \"c\""));
  EXPECT_THAT(load("server: 'ftp://a'", ""),
              HasError(ErrorCode::InvalidInput, "scheme must be https or http"));
  EXPECT_THAT(load("server: 'https://a', proxy-url: 'ftp://p'", ""),
              HasError(ErrorCode::InvalidInput,
                       "invalid 'proxy-url' \"ftp://p\" for cluster \"c\": unsupported scheme "
                       "\"ftp\", must be http, https, or socks5"));
}

TEST_F(KubeconfigTest, ItsProblemsQuoteNoPassword) {
  for (const char* cluster : {"server: 'https://a', proxy-url: 'socks4://user:secret@h'",
                              "server: 'https://a', proxy-url: 'http://user:secret@h:x'",
                              "server: 'https://user:secret@h'"}) {
    const Result<ClientConfig> config = load(cluster, "");
    ASSERT_THAT(config, HasError(ErrorCode::InvalidInput, "h"));
    EXPECT_THAT(config.error().text() + config.error().hint,
                testing::Not(testing::HasSubstr("secret")))
        << cluster;
  }
}

TEST_F(KubeconfigTest, SeveralProblemsAreToldTogether) {
  EXPECT_THAT(
      load("tls-server-name: n", "token: t, username: n"),
      HasError(
          ErrorCode::InvalidInput,
          "invalid configuration: [more than one authentication method found for u; found [token "
          "basicAuth], only one is allowed, no server found for cluster \"c\"]"));
}

TEST_F(KubeconfigTest, AnExecStanzaMustBeComplete) {
  const auto exec = [this](const std::string& fields) {
    return load("server: 'https://a'", "exec: {" + fields + "}");
  };
  const std::string good =
      "command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never";
  EXPECT_THAT(exec(good), IsOk());
  EXPECT_THAT(exec("apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never"),
              HasError(ErrorCode::InvalidInput,
                       "command must be specified for u to use exec authentication plugin"));
  EXPECT_THAT(exec("command: a, interactiveMode: Never"),
              HasError(ErrorCode::InvalidInput, "apiVersion must be specified for u"));
  EXPECT_THAT(
      exec("command: a, apiVersion: client.authentication.k8s.io/v1alpha1, interactiveMode: Never"),
      HasError(ErrorCode::InvalidInput,
               "exec plugin: invalid apiVersion \"client.authentication.k8s.io/v1alpha1\""));
  EXPECT_THAT(exec("command: a, apiVersion: client.authentication.k8s.io/v1"),
              HasError(ErrorCode::InvalidInput, "interactiveMode must be specified for u"));
  EXPECT_THAT(
      exec("command: a, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Sometimes"),
      HasError(ErrorCode::InvalidInput, "invalid interactiveMode for u: \"Sometimes\""));
  EXPECT_THAT(exec(good + ", env: [{value: x}]"),
              HasError(ErrorCode::InvalidInput, "env variable name must be specified for u"));
  EXPECT_THAT(load("server: 'https://a'", "auth-provider: {name: gcp}, exec: {" + good + "}"),
              HasError(ErrorCode::InvalidInput,
                       "authProvider cannot be provided in combination with an exec plugin for u"));
}

TEST_F(KubeconfigTest, AnAuthProviderIsRefusedWithItsSuccessor) {
  const auto provider = [this](const std::string& name) {
    return load("server: 'https://a'", "auth-provider: {name: " + name + ", config: {}}");
  };
  EXPECT_THAT(
      provider("gcp"),
      HasError(ErrorCode::InvalidInput, "auth-provider \"gcp\" of user \"u\" is not supported"));
  EXPECT_THAT(provider("gcp"), HasError(ErrorCode::InvalidInput, "gke-gcloud-auth-plugin"));
  EXPECT_THAT(provider("azure"), HasError(ErrorCode::InvalidInput, "kubelogin"));
  EXPECT_THAT(provider("oidc"), HasError(ErrorCode::InvalidInput, "--token"));
  flags.token = Redacted("t");
  EXPECT_THAT(provider("oidc"), IsOk());
}

TEST_F(KubeconfigTest, ImpersonatingNobodyIsRefused) {
  EXPECT_THAT(load("server: 'https://a'", "as-groups: [g]"),
              HasError(ErrorCode::InvalidInput,
                       "requesting uid, groups or user-extra for u without impersonating a user"));
}

// In a cluster.

TEST_F(KubeconfigTest, TheServiceAccountIsTheLastResort) {
  mount_service_account();
  const Result<ClientConfig> config = load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->cluster.server, "https://10.96.0.1:443");
  EXPECT_EQ(config->cluster.ca_pem, kPem);
  EXPECT_EQ(config->user.token_file, dir.path() / "sa/token");
  EXPECT_EQ(config->ns, "confluent");
  EXPECT_EQ(config->source, "in-cluster");
  EXPECT_EQ(load("server: 'https://file'", "")->cluster.server, "https://file")
      << "a kubeconfig comes first";
}

TEST_F(KubeconfigTest, TheServiceAccountTakesServerTokenAndCaFlags) {
  mount_service_account();
  environment.service_host = "fd00::1";
  EXPECT_EQ(load()->cluster.server, "https://[fd00::1]:443");
  flags.token = Redacted("flag");
  flags.ns = "other";
  const Result<ClientConfig> config = load();
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->user.token.reveal(), "flag");
  EXPECT_EQ(config->ns, "other");
}

TEST_F(KubeconfigTest, WithoutAMountedTokenItIsNoCluster) {
  mount_service_account();
  environment.service_account_dir = dir.path() / "elsewhere";
  EXPECT_THAT(load(), HasError(ErrorCode::InvalidInput, "no service account token is mounted"));
}

TEST_F(KubeconfigTest, InAPodItsNamespaceIsTheDefault) {
  mount_service_account();
  EXPECT_EQ(load("server: 'https://a'", "")->ns, "confluent");
  environment.pod_namespace = "from-variable";
  EXPECT_EQ(load("server: 'https://a'", "")->ns, "from-variable");
}

}  // namespace
}  // namespace cfkops::kube

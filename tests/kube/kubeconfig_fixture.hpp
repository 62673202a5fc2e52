#pragma once

#include "support/temp_dir.hpp"

#include "cfkops/kube/kubeconfig.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cfkops::kube {

/// What passes for a PEM file, and its base64.
constexpr const char* kPem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
constexpr const char* kPemBase64 =
    "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";

/// A folder of kubeconfigs, the flags and the surroundings of a process.
class KubeconfigTest : public testing::Test {
 protected:
  /// A file with one context whose cluster and user have these fields (flow style).
  std::string write(const std::string& name,
                    const std::string& cluster,
                    const std::string& user) const {
    return dir
        .write(name,
               "apiVersion: v1\nkind: Config\ncurrent-context: x\n"
               "clusters:\n- name: c\n  cluster: {" +
                   cluster +
                   "}\n"
                   "users:\n- name: u\n  user: {" +
                   user +
                   "}\n"
                   "contexts:\n- name: x\n  context: {cluster: c, user: u}\n")
        .string();
  }

  Result<ClientConfig> load(const std::string& cluster, const std::string& user) {
    flags.kubeconfig = write("config", cluster, user);
    return load_client_config(flags, environment);
  }

  Result<ClientConfig> load_text(const std::string& text) {
    flags.kubeconfig = dir.write("config", text).string();
    return load_client_config(flags, environment);
  }

  Result<ClientConfig> load() const { return load_client_config(flags, environment); }

  void mount_service_account() {
    environment.service_host = "10.96.0.1";
    environment.service_port = "443";
    environment.service_account_dir = dir.path() / "sa";
    dir.write("sa/token", "pod-token\n");
    dir.write("sa/ca.crt", kPem);
    dir.write("sa/namespace", "confluent\n");
  }

  test::TempDir dir;
  ConfigOverrides flags;
  ConfigEnvironment environment;
};

}  // namespace cfkops::kube

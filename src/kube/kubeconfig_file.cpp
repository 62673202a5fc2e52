#include "kubeconfig_file.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/json.hpp"
#include "cfkops/base/text.hpp"
#include "cfkops/base/yaml.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cfkops::kube {

namespace {

using base::YamlNode;

/// Reads fields leniently and remembers the first thing that cannot be read.
class FieldReader {
 public:
  FieldReader(const std::string& file, std::optional<Error>& trouble)
      : folder_(std::filesystem::absolute(file).parent_path()),
        trouble_(trouble) {}

  Text text(const YamlNode& map, std::string_view key) {
    const YamlNode* node = map.find(key);
    if (node == nullptr || node->is_null()) {
      return {};
    }
    if (!node->is_scalar()) {
      fail(*node, std::string(key) + ": expected text");
      return {};
    }
    return {node->scalar, node->pos};
  }

  Text path(const YamlNode& map, std::string_view key) {
    Text text = this->text(map, key);
    if (!text.empty()) {
      text.value = absolute(text.value);
    }
    return text;
  }

  Text data(const YamlNode& map, std::string_view key) {
    Text text = this->text(map, key);
    const Result<std::string> decoded = base::base64_decode(text.value);
    if (!decoded) {
      trouble(text.pos,
              std::string(key) + ": not base64",
              "it must be the base64 of a PEM file, without line numbers or blanks");
      return {};
    }
    text.value = *decoded;
    return text;
  }

  bool flag(const YamlNode& map, std::string_view key) {
    const Text text = this->text(map, key);
    if (!text.empty() && text.value != "true" && text.value != "false") {
      trouble(text.pos, std::string(key) + ": expected true or false");
    }
    return text.value == "true";
  }

  std::vector<std::string> texts(const YamlNode& map, std::string_view key) {
    std::vector<std::string> values;
    for (const YamlNode& item : items(map, key)) {
      if (item.is_scalar()) {
        values.push_back(item.scalar);
      } else {
        fail(item, std::string(key) + ": expected texts");
      }
    }
    return values;
  }

  /// The elements of a list that may be missing.
  const std::vector<YamlNode>& items(const YamlNode& map, std::string_view key) {
    static const std::vector<YamlNode> kNone;
    const YamlNode* node = map.find(key);
    if (node == nullptr || node->is_null()) {
      return kNone;
    }
    if (!node->is_sequence()) {
      fail(*node, std::string(key) + ": expected a list");
      return kNone;
    }
    return node->items;
  }

  /// A map that may be missing.
  const YamlNode& map(const YamlNode& parent, std::string_view key) {
    static const YamlNode kNone;
    const YamlNode* node = parent.find(key);
    if (node == nullptr || node->is_null()) {
      return kNone;
    }
    if (!node->is_map()) {
      fail(*node, std::string(key) + ": expected a map");
      return kNone;
    }
    return *node;
  }

  [[nodiscard]] std::string absolute(const std::string& path) const {
    return (folder_ / path).lexically_normal().string();
  }

  void fail(const YamlNode& node, std::string message) { trouble(node.pos, std::move(message)); }

  void trouble(const SourcePos& pos, std::string message, std::string hint = {}) {
    if (!trouble_) {
      trouble_ = make_error(ErrorCode::InvalidInput, std::move(message), std::move(hint));
      trouble_->pos = pos;
    }
  }

 private:
  std::filesystem::path folder_;
  std::optional<Error>& trouble_;
};

ClusterStanza read_cluster(const YamlNode& map, FieldReader& read) {
  ClusterStanza cluster;
  cluster.server = read.text(map, "server");
  cluster.tls_server_name = read.text(map, "tls-server-name");
  cluster.ca_file = read.path(map, "certificate-authority");
  cluster.ca_data = read.data(map, "certificate-authority-data");
  cluster.proxy_url = read.text(map, "proxy-url");
  cluster.insecure_skip_tls_verify = read.flag(map, "insecure-skip-tls-verify");
  cluster.disable_compression = read.flag(map, "disable-compression");
  for (const YamlNode& extension : read.items(map, "extensions")) {
    const YamlNode* content = extension.find("extension");
    if (content != nullptr &&
        read.text(extension, "name").value == "client.authentication.k8s.io/exec") {
      cluster.exec_config_json = base::to_json(*content).dump();
    }
  }
  return cluster;
}

ExecPlugin read_exec(const YamlNode& map, FieldReader& read) {
  ExecPlugin plugin;
  plugin.api_version = read.text(map, "apiVersion").value;
  plugin.command = read.text(map, "command").value;
  if (plugin.command.find('/') != std::string::npos) {
    plugin.command = read.absolute(plugin.command);
  }
  plugin.args = read.texts(map, "args");
  for (const YamlNode& variable : read.items(map, "env")) {
    plugin.env.emplace_back(read.text(variable, "name").value, read.text(variable, "value").value);
  }
  plugin.install_hint = read.text(map, "installHint").value;
  plugin.interactive_mode = read.text(map, "interactiveMode").value;
  if (plugin.interactive_mode.empty() && plugin.api_version.ends_with("/v1beta1")) {
    plugin.interactive_mode = "IfAvailable";
  }
  plugin.provide_cluster_info = read.flag(map, "provideClusterInfo");
  return plugin;
}

UserStanza read_user(const YamlNode& map, FieldReader& read) {
  UserStanza user;
  user.certificate_file = read.path(map, "client-certificate");
  user.certificate_data = read.data(map, "client-certificate-data");
  user.key_file = read.path(map, "client-key");
  user.key_data = read.data(map, "client-key-data");
  user.token = read.text(map, "token");
  user.token_file = read.path(map, "tokenFile");
  user.username = read.text(map, "username");
  user.password = read.text(map, "password");
  user.impersonate_user = read.text(map, "as");
  user.impersonate_uid = read.text(map, "as-uid");
  user.impersonate_groups = read.texts(map, "as-groups");
  const YamlNode& extra = read.map(map, "as-user-extra");
  for (const YamlNode::Member& member : extra.members) {
    for (const std::string& value : read.texts(extra, member.key)) {
      user.impersonate_extra.emplace_back(member.key, value);
    }
  }
  if (const YamlNode& provider = read.map(map, "auth-provider"); provider.is_map()) {
    user.auth_provider = read.text(provider, "name");
    user.auth_provider.pos = provider.pos;
  }
  if (const YamlNode& exec = read.map(map, "exec"); exec.is_map()) {
    user.exec_pos = exec.pos;
    user.exec = read_exec(exec, read);
  }
  return user;
}

ContextStanza read_context(const YamlNode& map, FieldReader& read) {
  return {.cluster = read.text(map, "cluster"),
          .user = read.text(map, "user"),
          .ns = read.text(map, "namespace")};
}

std::string duplicate(const std::string& name, const std::string& list) {
  return "duplicate name \"" + name + "\" in " + list;
}

/// Reads a list of {name, <what>} entries. Names must differ, as client-go demands.
template <class Stanza>
std::map<std::string, Stanza> read_entries(const YamlNode& root,
                                           std::string_view what,
                                           Stanza (*read_stanza)(const YamlNode&, FieldReader&),
                                           FieldReader& read) {
  std::map<std::string, Stanza> entries;
  const std::string list = std::string(what) + "s";
  for (const YamlNode& item : read.items(root, list)) {
    if (!item.is_map()) {
      read.fail(item, list + ": expected entries with a name");
      continue;
    }
    const std::string name = read.text(item, "name").value;
    Stanza stanza = read_stanza(read.map(item, what), read);
    stanza.pos = item.pos;
    const auto [entry, added] = entries.emplace(name, std::move(stanza));
    if (!added) {
      read.trouble(item.pos,
                   duplicate(name, list),
                   "remove or rename one; the first stands at " + entry->second.pos.text());
    }
  }
  return entries;
}

Error unreadable(std::vector<Error> errors, const std::string& file) {
  Error error = std::move(errors.front());
  if (errors.size() > 1) {
    error.message +=
        " (and " + base::counted(static_cast<long long>(errors.size() - 1), "more error") + ")";
  }
  return std::move(error).in("error loading config file \"" + file + "\"");
}

}  // namespace

void Kubeconfig::merge(Kubeconfig later) {
  clusters.merge(later.clusters);
  users.merge(later.users);
  contexts.merge(later.contexts);
  if (current_context.empty()) {
    current_context = std::move(later.current_context);
  }
}

Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& file) {
  Kubeconfig config;
  if (base::trim(text).empty()) {
    return config;
  }
  tl::expected<YamlNode, std::vector<Error>> root =
      base::parse_yaml(text, file, base::YamlDialect::Lenient);
  if (!root) {
    return unreadable(std::move(root).error(), file);
  }
  std::optional<Error> trouble;
  FieldReader read(file, trouble);
  if (!root->is_map() && !root->is_null()) {
    read.fail(*root, "not a kubeconfig: expected a map with clusters, users and contexts");
  }
  const Text kind = read.text(*root, "kind");
  if (!kind.empty() && kind.value != "Config") {
    read.trouble(kind.pos, "not a kubeconfig: its kind is " + kind.value + ", expected Config");
  }
  config.clusters = read_entries(*root, "cluster", &read_cluster, read);
  config.users = read_entries(*root, "user", &read_user, read);
  config.contexts = read_entries(*root, "context", &read_context, read);
  config.current_context = read.text(*root, "current-context");
  if (trouble) {
    return unreadable({*std::move(trouble)}, file);
  }
  return config;
}

}  // namespace cfkops::kube

#include "snapshot_redact.hpp"

#include "cfkops/base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace cfkops::rehearse {
namespace {

using Value = nlohmann::json;

constexpr std::array<std::string_view, 8> kWords = {
    "password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "jaas"};

/// Members whose text names something and is looked for elsewhere: it stays as it is.
constexpr std::array<std::string_view, 7> kNames = {
    "name", "namespace", "uid", "kind", "apiVersion", "image", "imageID"};

/// Members of the API that end like a credential and are none.
constexpr std::array<std::string_view, 2> kHarmless = {"secret", "key"};

constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";

template <class Words>
bool is_one_of(const Words& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// In lower case and without the marks that people put between words.
std::string squeezed(std::string_view text) {
  std::string small = base::lower(text);
  std::erase_if(small, [](char c) { return c == '_' || c == '-' || c == '.'; });
  return small;
}

bool has_word(std::string_view name) {
  const std::string small = squeezed(name);
  return std::any_of(kWords.begin(), kWords.end(), [&small](std::string_view word) {
    return small.find(word) != std::string::npos;
  });
}

/// Of an environment variable or an annotation, where a false alarm costs little.
bool is_secret_variable(std::string_view name) {
  return has_word(name) || squeezed(name).find("key") != std::string::npos;
}

/// Of a member, an option: what it ends in counts, since `secretName` and `tokenPath` only name.
bool is_secret_member(std::string_view name) {
  if (is_one_of(kHarmless, name)) {
    return false;
  }
  const std::string small = squeezed(name);
  return std::any_of(kWords.begin(),
                     kWords.end(),
                     [&small](std::string_view word) { return small.ends_with(word); }) ||
         small.ends_with("credentials") || small.ends_with("secretkey") ||
         small.ends_with("accesskey") || small.ends_with("privatekey") ||
         small.ends_with("jaasconfig");
}

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// What follows a word of ours: the rest of the name, perhaps a quote, and then `=` or `:` with
/// something behind that is no part of a name ("token-server:1.0" is an image).
bool is_assigned(std::string_view rest) {
  while (!rest.empty() && is_word_char(rest.front())) {
    rest.remove_prefix(1);
  }
  bool quoted = false;
  while (!rest.empty() && (rest.front() == '"' || rest.front() == '\'' || rest.front() == '\\' ||
                           rest.front() == ' ')) {
    quoted = quoted || rest.front() != ' ';
    rest.remove_prefix(1);
  }
  if (rest.size() < 2) {
    return false;
  }
  return rest.front() == '=' ||
         (rest.front() == ':' && (quoted || rest[1] == ' ' || rest[1] == '"' || rest[1] == '\''));
}

bool assigns_secret(std::string_view small) {
  for (const std::string_view word : kWords) {
    for (std::size_t at = small.find(word); at != std::string_view::npos;
         at = small.find(word, at + 1)) {
      if (is_assigned(small.substr(at + word.size()))) {
        return true;
      }
    }
  }
  for (const std::string_view word :
       {"api.key", "api_key", "api-key", "access_key", "secret_key"}) {
    const std::size_t at = small.find(word);
    if (at != std::string_view::npos && is_assigned(small.substr(at + word.size()))) {
      return true;
    }
  }
  return false;
}

/// "scheme://user:password@host"
bool has_user_in_url(std::string_view text) {
  for (std::size_t at = text.find("://"); at != std::string_view::npos;
       at = text.find("://", at + 3)) {
    const std::string_view authority = text.substr(at + 3);
    const std::size_t end = authority.find_first_of("/?# \n\t\"'");
    if (authority.substr(0, end).find('@') != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

void redact_member(Value& object, const std::string& key, Value& member);

void walk(Value& value);

void redact_items(Value& list) {
  bool next_is_secret = false;  // "--password", "x"
  for (Value& item : list) {
    if (!item.is_string()) {
      walk(item);
      next_is_secret = false;
      continue;
    }
    const std::string text = item.get<std::string>();
    if (next_is_secret || looks_like_credential(text)) {
      item = std::string(kLeftOut);
    }
    next_is_secret = !next_is_secret && text.starts_with("-") &&
                     text.find('=') == std::string::npos && is_secret_member(text);
  }
}

void walk(Value& value) {
  if (value.is_array()) {
    redact_items(value);
    return;
  }
  if (!value.is_object()) {
    return;
  }
  for (auto& [key, member] : value.items()) {
    redact_member(value, key, member);
  }
}

bool is_secret_variable_of(const Value& object) {
  const auto name = object.find("name");
  return name != object.end() && name->is_string() && is_secret_variable(name->get<std::string>());
}

void redact_member(Value& object, const std::string& key, Value& member) {
  if (!member.is_string()) {
    walk(member);
    return;
  }
  if (is_one_of(kNames, key)) {
    return;
  }
  const bool secret = is_secret_member(key) || (key == "value" && is_secret_variable_of(object)) ||
                      looks_like_credential(member.get<std::string>());
  if (secret) {
    member = std::string(kLeftOut);
  }
}

/// Annotations go altogether, since nobody needs one with a hole in it.
void drop_annotations(Value& annotations) {
  for (auto entry = annotations.begin(); entry != annotations.end();) {
    const bool text = entry->is_string();
    const bool drop = entry.key() == kLastApplied || has_word(entry.key()) ||
                      (text && looks_like_credential(entry->get<std::string>()));
    entry = drop ? annotations.erase(entry) : std::next(entry);
  }
}

/// Of the object and of each template in it.
void drop_metadata(Value& value) {
  if (value.is_array()) {
    for (Value& item : value) {
      drop_metadata(item);
    }
    return;
  }
  if (!value.is_object()) {
    return;
  }
  const auto metadata = value.find("metadata");
  if (metadata != value.end() && metadata->is_object()) {
    metadata->erase("managedFields");
    metadata->erase("resourceVersion");
    metadata->erase("selfLink");
    const auto annotations = metadata->find("annotations");
    if (annotations != metadata->end() && annotations->is_object()) {
      drop_annotations(*annotations);
    }
  }
  for (auto& [key, member] : value.items()) {
    drop_metadata(member);
  }
}

void empty_values(Value& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end() || !found->is_object()) {
    return;
  }
  for (auto& [key, value] : found->items()) {
    value = "";
  }
}

}  // namespace

bool looks_like_credential(std::string_view text) {
  const std::string small = base::lower(text);
  return small.find("loginmodule") != std::string::npos ||
         small.find("private key-----") != std::string::npos ||
         small.find("bearer ") != std::string::npos || small.find("basic ey") == 0 ||
         text.find("eyJhbGciOi") != std::string_view::npos || has_user_in_url(text) ||
         assigns_secret(small);
}

void redact(Value& object) {
  const auto kind = object.find("kind");
  if (kind != object.end() && (*kind == "Secret" || *kind == "ConfigMap")) {
    empty_values(object, "data");
    empty_values(object, "binaryData");
    object.erase("stringData");
  }
  drop_metadata(object);
  walk(object);
}

}  // namespace cfkops::rehearse

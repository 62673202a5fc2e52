#include "api/request_info.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace cfkops::sandbox {

namespace {

using Words = std::vector<std::string>;

Words words_of(std::string_view path) {
  while (!path.empty() && path.front() == '/') {
    path.remove_prefix(1);
  }
  while (!path.empty() && path.back() == '/') {
    path.remove_suffix(1);
  }
  Words words;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    words.emplace_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
  }
  return words;
}

std::string take(Words& words) {
  std::string word = std::move(words.front());
  words.erase(words.begin());
  return word;
}

bool is_of_namespaces(const std::string& word) {
  return word == "status" || word == "finalize";
}

void read_namespace(Words& words, RequestInfo& info) {
  if (words.front() != "namespaces" || words.size() < 2) {
    return;
  }
  info.ns = words[1];
  if (words.size() > 2 && !is_of_namespaces(words[2])) {
    words.erase(words.begin(), words.begin() + 2);
  }
}

void read_object(const Words& words, RequestInfo& info) {
  info.plural = words.front();
  if (words.size() > 1) {
    info.name = words[1];
  }
  if (words.size() > 2) {
    info.subresource = words[2];
  }
  for (std::size_t at = 3; at < words.size(); ++at) {
    info.rest += (at == 3 ? "" : "/") + words[at];
  }
}

}  // namespace

RequestInfo read_path(std::string_view path) {
  RequestInfo info;
  Words words = words_of(path);
  const bool core = !words.empty() && words.front() == "api";
  const bool named = !words.empty() && words.front() == "apis";
  if ((!core || words.size() < 3) && (!named || words.size() < 4)) {
    return info;
  }
  take(words);
  if (named) {
    info.group = take(words);
  }
  info.version = take(words);
  if (words.front() == "watch") {
    info.watch = true;
    take(words);
  }
  if (words.empty()) {
    return {};
  }
  info.is_resource = true;
  read_namespace(words, info);
  read_object(words, info);
  return info;
}

std::string verb_of(std::string_view method, const RequestInfo& info, bool watch) {
  const bool one = !info.name.empty();
  if (method == "POST") {
    return "create";
  }
  if (method == "PUT") {
    return "update";
  }
  if (method == "PATCH") {
    return "patch";
  }
  if (method == "DELETE") {
    return one ? "delete" : "deletecollection";
  }
  if (info.watch || (!one && watch)) {
    return "watch";
  }
  return one ? "get" : "list";
}

}  // namespace cfkops::sandbox

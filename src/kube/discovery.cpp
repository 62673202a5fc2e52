#include "catalogue.hpp"
#include "status_body.hpp"

#include "cfkops/base/text.hpp"
#include "cfkops/kube/reader.hpp"

#include <algorithm>
#include <utility>

namespace cfkops::kube {

namespace {

constexpr const char* kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

constexpr Duration kDiscoveryTimeout = std::chrono::seconds(32);

/// The paths of every group/version that an older server's answer to /api or /apis names, preferred
/// first.
std::vector<ReadRequest> group_versions(const Json& list) {
  std::vector<ReadRequest> requests;
  const auto add = [&requests](const std::string& path) {
    requests.push_back({path, "discover " + path});
  };
  for (const Json& version : list.items("/versions")) {
    add("/api/" + version.string_or("", ""));
  }
  for (const Json& group : list.items("/groups")) {
    const std::string preferred = group.string_or("/preferredVersion/groupVersion", "");
    if (!preferred.empty()) {
      add("/apis/" + preferred);
    }
    for (const Json& version : group.items("/versions")) {
      const std::string name = version.string_or("/groupVersion", "");
      if (name != preferred) {
        add("/apis/" + name);
      }
    }
  }
  return requests;
}

Error ambiguous(const std::string& word, const std::vector<const Catalogue::Entry*>& found) {
  std::vector<std::string> names;
  names.reserve(found.size());
  for (const Catalogue::Entry* entry : found) {
    names.push_back(entry->resource.full_name());
  }
  return make_error(ErrorCode::InvalidInput,
                    "'" + word + "' may mean " + base::enumerate(names),
                    "write the full name: " + names.front());
}

Error unknown(const std::string& word, const Catalogue& catalogue) {
  const std::vector<std::string> words = catalogue.words();
  Error error = make_error(
      ErrorCode::NotFound,
      "the server doesn't have a resource type \"" + word + "\"" + base::did_you_mean(word, words),
      "if it is a custom resource, its definition must be installed first: kubectl api-resources");
  if (!catalogue.silent.empty()) {
    error.message += " (not answering: " + base::enumerate(catalogue.silent) + ")";
  }
  return error;
}

}  // namespace

Status Reader::discover_all() {
  auto catalogue = std::make_shared<Catalogue>();
  for (const char* root : {"/api", "/apis"}) {
    CFKOPS_ASSIGN(
        const Response response,
        exchange(
            {.target = root, .headers = {{"Accept", kAggregated}}, .timeout = kDiscoveryTimeout},
            std::string("discover ") + root));
    CFKOPS_ASSIGN(const Json json, json_of(response, std::string("discover ") + root));
    if (json.string_or("/kind", "") == "APIGroupDiscoveryList") {
      catalogue->add_groups(json);
      continue;
    }
    const std::vector<ReadRequest> requests = group_versions(json);
    const std::vector<Result<std::string>> answers = batch(requests, kDiscoveryTimeout);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const Result<Json> list =
          answers[i] ? Json::parse(*answers[i]) : Result<Json>(answers[i].error());
      if (list) {
        catalogue->add_group_version(*list);
      } else if (list.error().code == ErrorCode::Cancelled) {
        return list.error();
      } else {
        catalogue->silent.push_back(requests[i].target.substr(1));
      }
    }
  }
  catalogue_ = std::move(catalogue);
  return {};
}

Result<std::vector<Resource>> Reader::served() {
  CFKOPS_TRY(discover_all());
  if (!catalogue_->silent.empty()) {
    return make_error(ErrorCode::Unknown,
                      "not all of the server's API answers: " + base::enumerate(catalogue_->silent),
                      "find out what serves it: kubectl get apiservices");
  }
  std::vector<Resource> found;
  for (const Catalogue::Entry& entry : catalogue_->entries) {
    const auto same = [&entry](const Resource& other) {
      return other.group == entry.resource.group && other.plural == entry.resource.plural;
    };
    if (entry.keeps_objects() && std::none_of(found.begin(), found.end(), same)) {
      found.push_back(entry.resource);
    }
  }
  return found;
}

Result<Resource> Reader::discover(const std::string& word) {
  if (const Resource* builtin = find_builtin(word)) {
    return *builtin;
  }
  std::vector<const Catalogue::Entry*> found;
  if (catalogue_ != nullptr) {
    found = catalogue_->find(word);
  }
  // A definition may have come since the catalogue was read: what it lacks is asked for again.
  if (found.empty()) {
    CFKOPS_TRY(discover_all());
    found = catalogue_->find(word);
  }
  if (found.empty()) {
    return unknown(word, *catalogue_);
  }
  if (found.size() > 1) {
    return ambiguous(word, found);
  }
  return found.front()->resource;
}

}  // namespace cfkops::kube

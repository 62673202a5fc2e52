#include "request_target.hpp"

#include "cfkops/base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace cfkops::rehearse {
namespace {

constexpr std::array<std::string_view, 5> kReviews = {"selfsubjectaccessreviews",
                                                      "selfsubjectrulesreviews",
                                                      "selfsubjectreviews",
                                                      "subjectaccessreviews",
                                                      "tokenreviews"};

/// The words of the path after "/api/v1" or "/apis/GROUP/VERSION"; none of any other path.
std::vector<std::string> words_of(const std::string& path_and_query) {
  std::vector<std::string> words;
  for (const std::string& word :
       base::split(path_and_query.substr(0, path_and_query.find('?')), '/')) {
    if (!word.empty()) {
      words.push_back(word);
    }
  }
  std::size_t skipped = words.size();
  if (!words.empty() && words.front() == "api") {
    skipped = 2;
  } else if (!words.empty() && words.front() == "apis") {
    skipped = 3;
  }
  words.erase(words.begin(),
              words.begin() + static_cast<std::ptrdiff_t>(std::min(skipped, words.size())));
  return words;
}

bool is_dry_run(const std::string& target) {
  return target.find("dryRun=") != std::string::npos;
}

}  // namespace

RequestTarget read_target(const std::string& path_and_query) {
  std::vector<std::string> words = words_of(path_and_query);
  RequestTarget target;
  // "/namespaces/x" alone is the namespace itself.
  if (words.size() > 2 && words.front() == "namespaces") {
    target.ns = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  if (words.empty()) {
    return target;
  }
  target.resource = words.front();
  target.name = words.size() > 1 ? words[1] : "";
  if (words.size() > 2) {
    target.resource += "/" + words[2];
  }
  return target;
}

bool is_mutation(const kube::Request& request) {
  const std::string& method = request.method;
  const bool writes =
      method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
  if (!writes || is_dry_run(request.target)) {
    return false;
  }
  const std::string resource = read_target(request.target).resource;
  return std::find(kReviews.begin(), kReviews.end(), resource) == kReviews.end();
}

bool removes_pod(const kube::Request& request) {
  if (!is_mutation(request)) {
    return false;
  }
  const std::string resource = read_target(request.target).resource;
  return (request.method == "POST" && resource == "pods/eviction") ||
         (request.method == "DELETE" && resource == "pods");
}

}  // namespace cfkops::rehearse

#include "docs_uri.hpp"

#include "cfkops/base/text.hpp"

namespace cfkops::cli {

namespace fs = std::filesystem;

std::string folder_uri(const fs::path& folder) {
  std::string uri = "file://";
  for (const std::string& part :
       base::split(fs::absolute(folder).lexically_normal().string(), '/')) {
    uri += part.empty() ? "" : "/" + base::url_encode(part);
  }
  return uri;
}

std::string docs_uri(const std::string& wanted) {
  if (wanted.empty()) {
    return {};
  }
  std::string uri = wanted.find("://") == std::string::npos ? folder_uri(wanted) : wanted;
  while (uri.ends_with('/')) {
    uri.pop_back();
  }
  return uri;
}

}  // namespace cfkops::cli

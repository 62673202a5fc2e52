#pragma once

#include <map>
#include <string>
#include <vector>

namespace cfkops::sandbox {

/// Who asks, and with what program.
struct Caller {
  std::string user = "kubernetes-admin";
  std::vector<std::string> groups = {"kubeadm:cluster-admins", "system:authenticated"};
  std::map<std::string, std::vector<std::string>> extra = {};
  std::string uid = {};
  std::string agent = {};  ///< the header User-Agent
  bool is_admin = true;    ///< may everything, as members of system:masters and our admins
};

}  // namespace cfkops::sandbox

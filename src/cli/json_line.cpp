#include "json_line.hpp"

#include <nlohmann/json.hpp>

namespace cfkops::cli {

std::string json_line(const nlohmann::json& record) {
  return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace cfkops::cli

#include "kept_world.hpp"

#include "cfkops/base/crypto.hpp"
#include "cfkops/base/file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace cfkops::cli {
namespace {

using nlohmann::json;

constexpr const char* kFile = "world.jsonl";
constexpr std::size_t kLongest = std::size_t{4} << 30U;

json to_json(const kube::Request& request) {
  json headers = json::array();
  for (const kube::Header& header : request.headers) {
    headers.push_back({header.name, header.value});
  }
  return {{"method", request.method},
          {"target", request.target},
          {"headers", std::move(headers)},
          {"body", base::base64_encode(request.body)},
          {"timeout", request.timeout.count()}};
}

Result<std::string> decoded(const Json& line, const char* pointer) {
  return base::base64_decode(line.string_or(pointer, ""));
}

Result<kube::Request> request_from(const Json& line) {
  kube::Request request;
  request.method = line.string_or("/request/method", "GET");
  request.target = line.string_or("/request/target", "");
  for (const Json& header : line.items("/request/headers")) {
    request.headers.push_back({header.string_or("/0", ""), header.string_or("/1", "")});
  }
  CFKOPS_ASSIGN(request.body, decoded(line, "/request/body"));
  request.timeout = Duration(line.int_or("/request/timeout", 0));
  return request;
}

/// What two answers have in common that are the same.
std::string digest(const Result<kube::Response>& outcome) {
  return outcome ? std::to_string(outcome->status) + " " + base::sha256_hex(outcome->body)
                 : std::string(base::to_string(outcome.error().code));
}

Error another_world(const std::string& why) {
  return make_error(ErrorCode::Refused,
                    "the simulated cluster cannot be brought back: " + why,
                    "the scenario or the program has changed since: begin a new run");
}

}  // namespace

class KeptWorld::Nobody final : public kube::StreamSink, public kube::SocketSink {
 public:
  void on_head(const kube::Response& /*head*/) override {}

  void on_data(std::string_view /*bytes*/) override {}

  void on_end(const Status& /*outcome*/) override {}

  void on_open(std::string_view /*protocol*/) override {}

  void on_message(std::string_view /*bytes*/) override {}

  void on_close(const Result<int>& /*outcome*/) override {}
};

KeptWorld::KeptWorld(sandbox::Cluster& cluster, const std::string& scenario, WallTime start)
    : cluster_(cluster),
      nobody_(std::make_unique<Nobody>()) {
  write({{"what", "begin"}, {"scenario", scenario}, {"start", start.time_since_epoch().count()}});
}

KeptWorld::~KeptWorld() = default;

void KeptWorld::write(nlohmann::json line) {
  line["at"] = cluster_.clock().now().time_since_epoch().count();
  const std::string text = Json(std::move(line)).dump() + "\n";
  if (file_ == nullptr) {
    waiting_ += text;
  } else if (!broken_) {
    broken_ = !file_->append(text);
  }
}

Status KeptWorld::keep(const std::filesystem::path& folder) {
  CFKOPS_ASSIGN(file_, base::create_append_file(folder / kFile));
  CFKOPS_TRY(file_->append(waiting_));
  waiting_.clear();
  return {};
}

void KeptWorld::answered(std::uint64_t number, const Result<kube::Response>& outcome) {
  if (bringing_back_) {
    answers_.insert_or_assign(number, digest(outcome));
    return;
  }
  write({{"what", "answer"}, {"number", number}, {"digest", digest(outcome)}});
}

/// The same whether somebody asks or it is repeated.
kube::ExchangeId KeptWorld::pass(std::uint64_t number,
                                 kube::Request request,
                                 Completion completion) {
  const bool reads = request.method == "GET";
  return cluster_.submit(
      std::move(request),
      [this, number, reads, completion = std::move(completion)](Result<kube::Response> outcome) {
        if (!reads) {
          answered(number, outcome);
        }
        if (completion) {
          completion(std::move(outcome));
        }
      });
}

kube::ExchangeId KeptWorld::submit(kube::Request request, Completion completion) {
  const std::uint64_t number = ++numbers_;
  write({{"what", "submit"}, {"number", number}, {"request", to_json(request)}});
  const kube::ExchangeId id = pass(number, std::move(request), std::move(completion));
  exchanges_.insert_or_assign(id, number);
  return id;
}

kube::ExchangeId KeptWorld::stream(kube::Request request, kube::StreamSink& sink) {
  const std::uint64_t number = ++numbers_;
  write({{"what", "stream"}, {"number", number}, {"request", to_json(request)}});
  const kube::ExchangeId id = cluster_.stream(std::move(request), sink);
  exchanges_.insert_or_assign(id, number);
  return id;
}

kube::ExchangeId KeptWorld::open_socket(kube::Request request,
                                        std::vector<std::string> protocols,
                                        kube::SocketSink& sink) {
  const std::uint64_t number = ++numbers_;
  write({{"what", "socket"},
         {"number", number},
         {"request", to_json(request)},
         {"protocols", protocols}});
  const kube::ExchangeId id = cluster_.open_socket(std::move(request), std::move(protocols), sink);
  exchanges_.insert_or_assign(id, number);
  return id;
}

void KeptWorld::send(kube::ExchangeId socket, std::string_view bytes) {
  if (const auto found = exchanges_.find(socket); found != exchanges_.end()) {
    write({{"what", "send"},
           {"number", found->second},
           {"bytes", base::base64_encode(std::string(bytes))}});
  }
  cluster_.send(socket, bytes);
}

void KeptWorld::cancel(kube::ExchangeId exchange) {
  if (const auto found = exchanges_.find(exchange); found != exchanges_.end()) {
    write({{"what", "cancel"}, {"number", found->second}});
    exchanges_.erase(found);
  }
  cluster_.cancel(exchange);
}

void KeptWorld::pump(MonoTime until) {
  cluster_.pump(until);
}

void KeptWorld::wake() noexcept {
  cluster_.wake();
}

std::string KeptWorld::server() const {
  return cluster_.server();
}

void KeptWorld::advance(MonoTime until) {
  while (cluster_.clock().now() < until) {
    const MonoTime before = cluster_.clock().now();
    cluster_.pump(until);
    if (cluster_.clock().now() == before) {
      ++standstill_;
      if (standstill_ > kLongestStandstill) {
        return;
      }
    } else {
      standstill_ = 0;
    }
  }
}

/// Does once more what a line says, at its moment.
Status KeptWorld::repeat(const Json& line) {
  advance(MonoTime(Duration(line.int_or("/at", 0))));
  const std::string what = line.string_or("/what", "");
  const auto number = static_cast<std::uint64_t>(line.int_or("/number", 0));
  numbers_ = std::max(numbers_, number);
  if (what == "answer") {
    for (int i = 0; i < kLongestStandstill && !answers_.contains(number); ++i) {
      cluster_.pump(cluster_.clock().now());
    }
    const auto mine = answers_.find(number);
    const std::string was = line.string_or("/digest", "");
    if (mine == answers_.end() || mine->second != was) {
      return another_world("request " + std::to_string(number) + " was answered otherwise");
    }
    return {};
  }
  if (what == "send" || what == "cancel") {
    const auto found = repeated_.find(number);
    if (found == repeated_.end()) {
      return another_world("request " + std::to_string(number) + " is not on record");
    }
    if (what == "cancel") {
      cluster_.cancel(found->second);
      return {};
    }
    CFKOPS_ASSIGN(const std::string bytes, decoded(line, "/bytes"));
    cluster_.send(found->second, bytes);
    return {};
  }
  if (what == "begin") {
    return {};
  }
  CFKOPS_ASSIGN(kube::Request request, request_from(line));
  if (what == "submit") {
    repeated_[number] = pass(number, std::move(request), {});
  } else if (what == "stream") {
    repeated_[number] = cluster_.stream(std::move(request), *nobody_);
  } else if (what == "socket") {
    std::vector<std::string> protocols;
    for (const Json& protocol : line.items("/protocols")) {
      protocols.push_back(protocol.string_or("", ""));
    }
    repeated_[number] = cluster_.open_socket(std::move(request), std::move(protocols), *nobody_);
  }
  return {};
}

Status KeptWorld::bring_back(const std::filesystem::path& folder, WallTime until) {
  CFKOPS_ASSIGN(file_, base::open_append_file(folder / kFile));
  CFKOPS_ASSIGN(const std::string text, base::read_file(folder / kFile, kLongest));
  const std::size_t good = text.rfind('\n') + 1;  // a torn last line never reached the cluster
  bringing_back_ = true;
  for (std::size_t begin = 0; begin < good;) {
    const std::size_t end = text.find('\n', begin);
    CFKOPS_ASSIGN(const Json line, Json::parse(text.substr(begin, end - begin)));
    CFKOPS_TRY(repeat(line));
    begin = end + 1;
  }
  if (until > cluster_.clock().wall()) {
    advance(cluster_.clock().now() + (until - cluster_.clock().wall()));
  }
  // Nobody waits for these any more: his process is gone.
  for (const auto& [number, id] : repeated_) {
    cluster_.cancel(id);
  }
  bringing_back_ = false;
  if (good < text.size()) {
    CFKOPS_TRY(base::cut_file(folder / kFile, good));
  }
  waiting_.clear();  // the beginning stands in the file already
  for (const auto& [number, id] : repeated_) {
    write({{"what", "cancel"}, {"number", number}});
  }
  repeated_.clear();
  return {};
}

Result<WorldHead> read_world_head(const std::filesystem::path& folder) {
  CFKOPS_ASSIGN(const std::string text, base::read_file(folder / kFile, kLongest));
  CFKOPS_ASSIGN(const Json line, Json::parse(text.substr(0, text.find('\n'))));
  return WorldHead{.scenario = line.string_or("/scenario", ""),
                   .start = WallTime(Duration(line.int_or("/start", 0)))};
}

bool has_world(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / kFile, ignored);
}

}  // namespace cfkops::cli

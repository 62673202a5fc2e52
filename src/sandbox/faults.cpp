#include "cfkops/sandbox/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace cfkops::sandbox {

namespace {

constexpr std::size_t kKinds = 17;

// In the order of the enumeration.
constexpr std::array<std::pair<FaultKind, std::string_view>, kKinds> kNames = {{
    {FaultKind::RequestRefused, "request-refused"},
    {FaultKind::RequestLost, "request-lost"},
    {FaultKind::AnswerLost, "answer-lost"},
    {FaultKind::RequestTimeout, "request-timeout"},
    {FaultKind::SlowServer, "slow-server"},
    {FaultKind::ServerAway, "server-away"},
    {FaultKind::WatchLost, "watch-lost"},
    {FaultKind::WatchExpired, "watch-expired"},
    {FaultKind::NodeLost, "node-lost"},
    {FaultKind::PodNeverReady, "pod-never-ready"},
    {FaultKind::ImagePullFails, "image-pull-fails"},
    {FaultKind::BrokerNeverCatchesUp, "broker-never-catches-up"},
    {FaultKind::DiskFull, "disk-full"},
    {FaultKind::ControllerFailover, "controller-failover"},
    {FaultKind::ClockJump, "clock-jump"},
    {FaultKind::BudgetCloses, "budget-closes"},
    {FaultKind::Kill, "kill"},
}};

constexpr std::array<FaultKind, kKinds> kAll = [] {
  std::array<FaultKind, kKinds> all = {};
  for (std::size_t i = 0; i < kKinds; ++i) {
    all[i] = kNames[i].first;
  }
  return all;
}();

std::string full_name(const std::string& ns, const std::string& name) {
  return ns.empty() ? name : ns + "/" + name;
}

/// "1st", "2nd", "11th".
std::string ordinal(std::uint64_t number) {
  const std::uint64_t tens = number % 100;
  const bool is_teen = tens >= 11 && tens <= 13;
  const std::uint64_t last = is_teen ? 0 : number % 10;
  return fmt::format("{}{}", number, last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th");
}

std::string which(const Fault& fault) {
  return fault.times <= 1
             ? ordinal(fault.nth)
             : fmt::format("{} to {}",
                           ordinal(fault.nth),
                           ordinal(fault.nth + static_cast<std::uint64_t>(fault.times) - 1));
}

void add_word(std::string& text, const std::string& word) {
  if (!word.empty()) {
    text += (text.empty() ? "" : " ") + word;
  }
}

std::string words_of(const RequestMatch& match) {
  std::string text;
  add_word(text, match.method);
  add_word(text, match.resource);
  add_word(
      text,
      match.name.empty() && !match.ns.empty() ? "in " + match.ns : full_name(match.ns, match.name));
  return text.empty() ? "any request" : text;
}

}  // namespace

std::string_view to_string(FaultKind kind) {
  const auto found =
      std::ranges::find(kNames, kind, &std::pair<FaultKind, std::string_view>::first);
  return found == kNames.end() ? "" : found->second;
}

std::optional<FaultKind> fault_kind(std::string_view name) {
  const auto found =
      std::ranges::find(kNames, name, &std::pair<FaultKind, std::string_view>::second);
  return found == kNames.end() ? std::nullopt : std::optional(found->first);
}

std::span<const FaultKind> all_fault_kinds() {
  return kAll;
}

std::string describe(const Fault& fault) {
  if (!fault.title.empty()) {
    return fault.title;
  }
  std::string text(to_string(fault.kind));
  if (fault.kind == FaultKind::RequestRefused) {
    text += fmt::format(" with {}", fault.code);
  }
  if (fault.kind == FaultKind::ClockJump) {
    text += " by " + base::format_duration(fault.lasting);
  }
  const std::string target = full_name(fault.ns, fault.target);
  if (!target.empty()) {
    text += fault.target.empty() ? " in " + target : " " + target;
  }
  if (fault.lasting_each != Duration::zero()) {
    text += " by " + base::format_duration(fault.lasting_each);
  }
  if (fault.lasting != Duration::zero() && fault.kind != FaultKind::ClockJump) {
    text += " for " + base::format_duration(fault.lasting);
  }
  if (fault.at) {
    text += " at " + base::format_duration(*fault.at);
  }
  if (fault.kind == FaultKind::Kill && !fault.at) {
    text += fmt::format(" at write {}", fault.nth);
  } else if (fault.on) {
    text += fmt::format(" on {} ({})", words_of(*fault.on), which(fault));
  }
  return text;
}

}  // namespace cfkops::sandbox

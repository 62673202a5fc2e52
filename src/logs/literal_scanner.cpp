#include "literal_scanner.hpp"

#include "cfkops/base/text.hpp"

#include <deque>
#include <string>

namespace cfkops::logs {

namespace {

constexpr std::size_t kBytes = 256;
constexpr std::uint16_t kNone = 0xFFFF;

}  // namespace

LiteralScanner::LiteralScanner(std::span<const std::string_view> literals)
    : next_(kBytes, kNone),
      ends_(1) {
  for (std::size_t number = 0; number < literals.size(); ++number) {
    std::size_t state = 0;
    for (const char byte : literals[number]) {
      const std::size_t edge = state * kBytes + static_cast<unsigned char>(byte);
      if (next_[edge] == kNone) {
        next_[edge] = static_cast<std::uint16_t>(ends_.size());
        next_.resize(next_.size() + kBytes, kNone);
        ends_.emplace_back();
      }
      state = next_[edge];
    }
    ends_[state].push_back(static_cast<std::uint16_t>(number));
  }
  // Breadth first: where no literal goes on, a shorter one that ends alike does.
  std::vector<std::uint16_t> shorter(ends_.size(), 0);
  std::deque<std::uint16_t> queue;
  queue.push_back(0);
  while (!queue.empty()) {
    const std::uint16_t state = queue.front();
    queue.pop_front();
    for (std::size_t byte = 0; byte < kBytes; ++byte) {
      std::uint16_t& to = next_[state * kBytes + byte];
      const std::uint16_t instead = state == 0 ? 0 : next_[shorter[state] * kBytes + byte];
      if (to == kNone) {
        to = instead;
        continue;
      }
      shorter[to] = instead;
      ends_[to].insert(ends_[to].end(), ends_[instead].begin(), ends_[instead].end());
      queue.push_back(to);
    }
  }
  for (std::size_t state = 0; state < ends_.size(); ++state) {
    for (std::size_t byte = 'a'; byte <= 'z'; ++byte) {
      next_[state * kBytes + byte - 'a' + 'A'] = next_[state * kBytes + byte];
    }
    hit_.push_back(ends_[state].empty() ? 0 : 1);
  }
}

}  // namespace cfkops::logs

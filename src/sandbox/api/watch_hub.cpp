#include "api/watch_hub.hpp"

#include "api/watch.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace cfkops::sandbox {

struct WatchHub::Ears {
  WatchHub* hub = nullptr;
};

WatchHub::WatchHub(Registry& registry)
    : registry_(registry),
      ears_(std::make_shared<Ears>()) {
  ears_->hub = this;
  registry_.store().listen([ears = std::weak_ptr<Ears>(ears_)](const Change& change) {
    if (const auto held = ears.lock()) {
      held->hub->note(change);
    }
  });
}

WatchHub::~WatchHub() = default;

Answer<WatchHub::Id> WatchHub::open(Exchange& exchange, Responder& responder) {
  auto form = negotiate(exchange);
  if (!form) {
    return refuse(std::move(form.error()));
  }
  auto options = read_list_options(exchange, true);
  if (!options) {
    return refuse(std::move(options.error()));
  }
  if (!exchange.route.name.empty()) {
    auto name = FieldSelector::parse("metadata.name=" + exchange.route.name);
    if (!name) {
      return refuse(std::move(name.error()));
    }
    options->fields = std::move(*name);
  }
  const auto version = read_version(options->version);
  if (!version) {
    return refuse(version.error());
  }
  const std::uint64_t current = registry_.store().revision();
  if (options->initial_events.value_or(false) && *version > current) {
    return refuse(version_too_large(*version, current));
  }
  const Id id = ++last_;
  auto watch = std::make_unique<Watch>(registry_, exchange, std::move(*options), *form, responder);
  Watch& opened = *watch;
  open_.emplace(id, std::move(watch));
  opened.begin();
  plan_flush();
  return id;
}

void WatchHub::close(Id id) {
  // It may be telling something just now, so it goes later.
  if (const auto found = open_.find(id); found != open_.end()) {
    found->second->abandon();
    plan_flush();
  }
}

void WatchHub::break_all(bool expired) {
  // A responder may close its watch from within.
  std::map<Id, std::unique_ptr<Watch>> all = std::exchange(open_, {});
  for (const auto& [id, watch] : all) {
    if (expired) {
      watch->expire();
    } else {
      watch->break_off();
    }
  }
}

void WatchHub::note(const Change& change) {
  for (const auto& [id, watch] : open_) {
    watch->note(change);
  }
  plan_flush();
}

void WatchHub::plan_flush() {
  if (open_.empty() || std::exchange(flush_due_, true)) {
    return;
  }
  registry_.timeline().after({}, [ears = std::weak_ptr<Ears>(ears_)] {
    if (const auto held = ears.lock()) {
      held->hub->flush_due_ = false;
      held->hub->flush();
    }
  });
}

void WatchHub::flush() {
  std::vector<Id> ids;
  for (const auto& [id, watch] : open_) {
    ids.push_back(id);
  }
  for (const Id id : ids) {
    const auto found = open_.find(id);
    if (found == open_.end()) {
      continue;
    }
    found->second->flush();
    if (const auto still = open_.find(id); still != open_.end() && still->second->ended()) {
      open_.erase(still);
    }
  }
}

}  // namespace cfkops::sandbox

#include "controllers/controller.hpp"

#include <utility>

namespace cfkops::sandbox {

WorkQueue::WorkQueue(Timeline& timeline, Duration delay, std::function<void(const Key&)> reconcile)
    : timeline_(timeline),
      delay_(delay),
      reconcile_(std::move(reconcile)) {}

void WorkQueue::add(const Key& key) {
  add_after(key, delay_);
}

void WorkQueue::add_after(const Key& key, Duration delay) {
  const MonoTime due = timeline_.now() + delay;
  if (const auto waiting = waiting_.find(key); waiting != waiting_.end()) {
    if (due_[key] <= due) {
      return;
    }
    timeline_.cancel(waiting->second);
  }
  due_[key] = due;
  waiting_[key] = timeline_.after(delay, [this, key] {
    waiting_.erase(key);
    due_.erase(key);
    reconcile_(key);
  });
}

WriteOptions as_controller(std::string_view manager, std::string_view subresource) {
  WriteOptions options;
  options.caller.user = manager == "kubelet"          ? "system:node"
                        : manager == "kube-scheduler" ? "system:kube-scheduler"
                                                      : "system:kube-controller-manager";
  options.caller.groups = {"system:authenticated"};
  options.caller.agent = std::string(manager);
  options.manager = std::string(manager);
  options.subresource = std::string(subresource);
  return options;
}

}  // namespace cfkops::sandbox

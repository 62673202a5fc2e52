#include "cfkops/base/process.hpp"

#include "child.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <string_view>

namespace cfkops::base {
namespace {

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

Status check_request(const ProcessRequest& request) {
  const bool bad_variable =
      std::any_of(request.environment.begin(), request.environment.end(), [](const auto& variable) {
        return variable.first.empty() || variable.first.find('=') != std::string::npos ||
               has_nul(variable.first) || has_nul(variable.second);
      });
  if (request.argv.empty() || request.argv.front().empty()) {
    return make_error(ErrorCode::InvalidInput, "there is no program to start");
  }
  if (std::any_of(request.argv.begin(), request.argv.end(), has_nul)) {
    return make_error(ErrorCode::InvalidInput, "an argument has a NUL byte in it");
  }
  if (bad_variable) {
    return make_error(ErrorCode::InvalidInput,
                      "an environment variable has a bad name or a NUL byte in it");
  }
  return {};
}

Error timed_out(const ProcessRequest& request) {
  return make_error(ErrorCode::Timeout,
                    request.argv.front() + " did not end within " +
                        human_duration(request.timeout) + " and was killed");
}

Error too_much_output(const ProcessRequest& request) {
  return make_error(ErrorCode::Io,
                    request.argv.front() + " printed more than " +
                        std::to_string(request.max_output) + " bytes and was killed");
}

}  // namespace

Result<ProcessOutcome> SystemProcess::run(const ProcessRequest& request) {
  CFKOPS_TRY(check_request(request));
  const PipeSignalBlock no_pipe_signal;
  CFKOPS_ASSIGN(Child child, Child::start(request));
  const SystemClock clock;
  const MonoTime start = clock.now();
  const MonoTime deadline =
      request.timeout > MonoTime::max() - start ? MonoTime::max() : start + request.timeout;
  while (!child.finished()) {
    const MonoTime now = clock.now();
    if (now >= deadline) {
      return timed_out(request);  // ~Child kills it
    }
    CFKOPS_TRY(child.pump(deadline - now));
    if (child.output().size() > request.max_output) {
      return too_much_output(request);
    }
  }
  ProcessOutcome outcome;
  outcome.exit_code = child.exit_code();
  outcome.output = child.output();
  outcome.error_output = child.error_output();
  return outcome;
}

void forbid_core_dumps() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
  // The limit alone does not keep a dump from a program that the kernel pipes it to. The leak
  // sanitizer, though, has to trace us.
#ifndef CFKOPS_SANITIZED
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
#endif
}

}  // namespace cfkops::base

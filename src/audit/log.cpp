#include "cfkops/audit/log.hpp"

#include "line.hpp"
#include "seal.hpp"

#include <utility>

namespace cfkops::audit {
namespace {

Error cannot_write(Error error, const std::string& run_id) {
  // No hint of the layer below knows what a half-written journal means for the run.
  error.hint =
      "nothing more will be changed in the cluster; make the run's folder writable again, then "
      "look "
      "at `cfkops audit verify " +
      run_id + "`";
  return std::move(error).in("write the audit log");
}

}  // namespace

Log::Log(std::unique_ptr<AppendFile> file, std::string run_id, const Clock& clock)
    : file_(std::move(file)),
      run_id_(std::move(run_id)),
      clock_(clock) {}

Log::Log(std::unique_ptr<AppendFile> file, std::string run_id, const Clock& clock, LogTail tail)
    : Log(std::move(file), std::move(run_id), clock) {
  last_hash_ = std::move(tail.last_hash);
  sequence_ = tail.records;
  reopened_ = sequence_ > 0;
}

Status Log::append(const Record& record, Durable durable) {
  if (broken_) {
    return *broken_;
  }
  if (ended_) {
    return make_error(ErrorCode::Internal, "the audit log has ended: nothing may follow its end");
  }
  if (reopened_ && record.phase != Phase::Resume) {
    return make_error(ErrorCode::Internal, "an audit log can only go on with a resume");
  }
  CFKOPS_TRY(put(record, durable));
  if (key_ && checkpoint_due(to_string(record.phase), record.data, unsigned_)) {
    const Record checkpoint{.phase = Phase::Checkpoint, .step = {}, .attempt = 0, .data = {}};
    return put(checkpoint, Durable::No);
  }
  return {};
}

Status Log::put(const Record& record, Durable durable) {
  const Result<RenderedLine> line = render({.record = record,
                                            .sequence = sequence_ + 1,
                                            .previous = last_hash_,
                                            .run_id = run_id_,
                                            .time = base::format_rfc3339(clock_.wall())},
                                           key_ ? &*key_ : nullptr);
  if (!line) {
    Error error = line.error();
    if (error.code == ErrorCode::Protocol) {
      error.hint =
          "nothing was written; see what the step was given: no Kubernetes object is nested so "
          "deeply";
    }
    return std::move(error).in("write the audit log");
  }
  Status written = file_->append(line->text + "\n");
  if (written && durable == Durable::Yes) {
    written = file_->sync();
  }
  if (!written) {
    broken_ = cannot_write(std::move(written).error(), run_id_);
    return *broken_;
  }
  last_hash_ = line->hash;
  ++sequence_;
  unsigned_ = is_signed(to_string(record.phase)) ? 0 : unsigned_ + 1;
  reopened_ = false;
  ended_ = record.phase == Phase::End;
  return {};
}

}  // namespace cfkops::audit

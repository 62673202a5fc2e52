#include "cfkops/audit/log.hpp"

#include "line.hpp"
#include "seal.hpp"

#include "cfkops/audit/head.hpp"
#include "cfkops/audit/key.hpp"
#include "cfkops/base/check.hpp"

#include <nlohmann/json.hpp>

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

/// Where the log begins or goes on it says that it has a head, and so must always have one.
Record with_head(const Record& record, const std::string& name) {
  if (name.empty() || (record.phase != Phase::Start && record.phase != Phase::Resume)) {
    return record;
  }
  Record named = record;
  nlohmann::json data = record.data.raw();
  data["head"] = name;
  named.data = Json(std::move(data));
  return named;
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

void Log::sign_with(base::SigningKey key) {
  signer_ = fingerprint(key.public_pem).value_or("");
  key_ = std::move(key);
}

void Log::keep_head(std::string name, HeadWriter write) {
  CFKOPS_CHECK(key_.has_value());
  head_name_ = std::move(name);
  write_head_ = std::move(write);
  head_due_ = true;
}

/// What it tells of is on disk before: after a loss of power a head must not be ahead of its log.
Status Log::write_head() {
  Status written = file_->sync();
  if (written) {
    const Result<std::string> text =
        to_text({.run_id = run_id_, .records = sequence_, .last_hash = last_hash_}, *key_);
    written = text ? write_head_(*text) : Status(text.error());
  }
  return written ? written : broken(std::move(written).error());
}

Status Log::broken(Error error) {
  broken_ = cannot_write(std::move(error), run_id_);
  return *broken_;
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
  if (std::exchange(head_due_, false)) {
    CFKOPS_TRY(write_head());
  }
  CFKOPS_TRY(put(record, durable));
  if (key_ && checkpoint_due(to_string(record.phase), record.data, unsigned_)) {
    const Record checkpoint{.phase = Phase::Checkpoint, .step = {}, .attempt = 0, .data = {}};
    return put(checkpoint, Durable::No);
  }
  return {};
}

Status Log::put(const Record& record, Durable durable) {
  const Result<RenderedLine> line = render({.record = with_head(record, head_name_),
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
    return broken(std::move(written).error());
  }
  last_hash_ = line->hash;
  ++sequence_;
  unsigned_ = is_signed(to_string(record.phase)) ? 0 : unsigned_ + 1;
  reopened_ = false;
  ended_ = record.phase == Phase::End;
  return unsigned_ == 0 && write_head_ ? write_head() : Status();
}

}  // namespace cfkops::audit

// Collections that are killed, or whose disk is full, at every write, and go on.

#include "collect_fixture.hpp"

#include <memory>

namespace cfkops::logs {
namespace {

/// A store whose disk is full from one write on.
class FullStore final : public Store {
 public:
  FullStore(Store& store, std::size_t fail_at)
      : store_(store),
        left_(fail_at) {}

  [[nodiscard]] Result<std::unique_ptr<AppendFile>> create(const std::string& name) override {
    CFKOPS_TRY(write());
    CFKOPS_ASSIGN(auto file, store_.create(name));
    return std::make_unique<File>(*this, std::move(file));
  }

  [[nodiscard]] Result<std::unique_ptr<AppendFile>> go_on(const std::string& name) override {
    CFKOPS_ASSIGN(auto file, store_.go_on(name));
    return std::make_unique<File>(*this, std::move(file));
  }

  Status read(const std::string& name,
              const std::function<Status(std::string_view)>& sink) const override {
    return store_.read(name, sink);
  }

  Status remove(const std::string& name) override { return store_.remove(name); }

  Status publish(const std::string& name) override {
    CFKOPS_TRY(write());
    return store_.publish(name);
  }

  [[nodiscard]] std::string place() const override { return store_.place(); }

  [[nodiscard]] bool failed() const { return left_ == 0; }

 private:
  class File final : public AppendFile {
   public:
    File(FullStore& store, std::unique_ptr<AppendFile> file)
        : store_(store),
          file_(std::move(file)) {}

    Status append(std::string_view bytes) override {
      if (const Status room = store_.write(); !room) {
        // What fits is written: a torn line, half a frame.
        CFKOPS_TRY(file_->append(bytes.substr(0, bytes.size() / 2)));
        return room.error();
      }
      return file_->append(bytes);
    }

    Status sync() override { return file_->sync(); }

   private:
    FullStore& store_;
    std::unique_ptr<AppendFile> file_;
  };

  Status write() {
    left_ -= left_ > 0 ? 1U : 0U;
    return left_ > 0 ? Status() : make_error(ErrorCode::Io, "no space left on device");
  }

  Store& store_;
  std::size_t left_;
};

class CollectSweep : public CollectTest {
 protected:
  CollectSweep() {
    pods = {pod("p"), pod("q"), pod("r")};
    transport.on("GET", "/api/v1/namespaces/a/pods/*").handle([](const kube::Request& asked) {
      const std::string name = asked.target.substr(asked.target.find("/log") - 1, 1);
      return test::reply(200, line(1, name + " one token=abc123") + line(2, name + " two"));
    });
  }

  std::size_t sent_ = 0;
};

TEST_F(CollectSweep, FullDiskAtEveryWriteAndThenTheSameArchive) {
  MemoryStore undisturbed;
  const auto collection = collect(reader, undisturbed, request, {});
  ASSERT_THAT(collection, IsOk());
  std::size_t resumed = 0;
  std::size_t at = 1;
  for (;; ++at) {
    MemoryStore store;
    FullStore full(store, at);
    const auto first = collect(reader, full, request, {});
    if (!full.failed()) {
      ASSERT_THAT(first, IsOk());
      break;
    }
    EXPECT_THAT(first, HasError(ErrorCode::Io, "no space left")) << at;
    EXPECT_EQ(store.archive(), "") << at;
    const auto second = collect(reader, store, request, {});
    ASSERT_THAT(second, IsOk()) << at;
    EXPECT_EQ(second->logs.size(), 3U) << at;
    EXPECT_EQ(second->count(Complete::Yes), 3U) << at;
    EXPECT_EQ(second->sha256, collection->sha256) << at;
    resumed = std::max(resumed, second->resumed);
  }
  EXPECT_GT(at, 20U);
  EXPECT_EQ(resumed, 3U);
}

TEST_F(CollectSweep, WhatIsReadIsNotReadAgain) {
  MemoryStore store;
  {
    FullStore full(store, 12);
    ASSERT_FALSE(collect(reader, full, request, {}).has_value());
  }
  transport.forget_calls();
  const auto second = collect(reader, store, request, {});
  ASSERT_THAT(second, IsOk());
  EXPECT_GT(second->resumed, 0U);
  EXPECT_EQ(transport.calls().size(), 1 + 3 - second->resumed);
}

TEST_F(CollectSweep, DamagedPartIsReadAgain) {
  MemoryStore store;
  {
    FullStore full(store, 30);
    ASSERT_FALSE(collect(reader, full, request, {}).has_value());
  }
  for (const auto& [name, text] : store.parts()) {
    if (name.starts_with("log-")) {
      const auto file = store.create(name);
      ASSERT_THAT((*file)->append("damaged"), IsOk());
    }
  }
  const auto second = collect(reader, store, request, {});
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->resumed, 0U);
  EXPECT_EQ(second->count(Complete::Yes), 3U);
}

TEST_F(CollectSweep, PodThatIsGoneMeanwhileIsNamed) {
  MemoryStore store;
  {
    FullStore full(store, 6);
    ASSERT_FALSE(collect(reader, full, request, {}).has_value());
  }
  pods.pop_back();
  transport.on("GET", "/api/v1/namespaces/a/pods/r/*").refuse(404, "NotFound", "no such pod");
  const auto second = collect(reader, store, request, {});
  ASSERT_THAT(second, IsOk());
  ASSERT_EQ(second->logs.size(), 3U);
  EXPECT_EQ(second->logs.at(2).coverage.complete, Complete::No);
  EXPECT_THAT(second->logs.at(2).coverage.why, HasSubstr("the pod was gone"));
}

TEST_F(CollectSweep, NamedPodThatIsGoneMeanwhileIsNamed) {
  request.selection.names = {"p", "q"};
  for (json& one : pods) {
    one["kind"] = "Pod";
    one["apiVersion"] = "v1";
  }
  transport.on("GET", "/api/v1/namespaces/a/pods/p").reply(200, pods[0]);
  bool gone = false;
  transport.on("GET", "/api/v1/namespaces/a/pods/q").handle([&](const kube::Request&) {
    return gone ? test::refuse(404, "NotFound", "no such pod") : test::reply(200, pods[1]);
  });
  MemoryStore store;
  {
    FullStore full(store, 6);
    ASSERT_FALSE(collect(reader, full, request, {}).has_value());
  }
  gone = true;
  const auto second = collect(reader, store, request, {});
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->logs.size(), 2U);
  EXPECT_EQ(second->problems.size(), 1U);
}

TEST_F(CollectSweep, HalfAFirstLineOfTheRecordIsNoRecord) {
  MemoryStore store;
  for (const std::size_t fail_at : {1U, 12U}) {
    FullStore full(store, fail_at);
    ASSERT_THAT(collect(reader, full, request, {}), HasError(ErrorCode::Io, "no space left"));
  }
  const auto last = collect(reader, store, request, {});
  ASSERT_THAT(last, IsOk());
  EXPECT_GT(last->resumed, 0U);
}

TEST_F(CollectSweep, AnotherRequestIsRefused) {
  MemoryStore store;
  {
    FullStore full(store, 12);
    ASSERT_FALSE(collect(reader, full, request, {}).has_value());
  }
  request.tail = 5;
  EXPECT_THAT(collect(reader, store, request, {}),
              HasError(ErrorCode::Conflict, "parts of another collection"));
}

TEST_F(CollectSweep, EveryFaultOfARequestIsToldOrHealed) {
  for (const test::Fault fault : test::all_faults()) {
    for (std::size_t call = 2; call <= 4; ++call) {
      transport.forget_calls();
      MemoryStore store;
      transport.break_call(sent_ + call, fault);
      const auto collection = collect(reader, store, request, {});
      sent_ += transport.calls().size();
      ASSERT_THAT(collection, IsOk()) << to_string(fault);
      for (const CollectedLog& log : collection->logs) {
        const bool whole = log.coverage.lines.lines == 2;
        EXPECT_EQ(whole, log.coverage.complete == Complete::Yes)
            << to_string(fault) << ": " << log.coverage.why;
      }
    }
  }
}

}  // namespace
}  // namespace cfkops::logs

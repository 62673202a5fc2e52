#pragma once

#include "cfkops/base/append_file.hpp"
#include "cfkops/base/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace cfkops::logs {

/// Where the parts of an archive lie until it is whole. Names have no slashes. One thread.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// An empty part; one of that name that is there is replaced. Errors: Io.
  [[nodiscard]] virtual Result<std::unique_ptr<AppendFile>> create(const std::string& name) = 0;

  /// A part to go on with, made where it is not there yet; no other process has it so. Errors:
  /// Refused, where one has; Io.
  [[nodiscard]] virtual Result<std::unique_ptr<AppendFile>> go_on(const std::string& name) = 0;

  /// Gives all of a part to `sink`, piece by piece. Errors: NotFound, Io, those of `sink`.
  virtual Status read(const std::string& name,
                      const std::function<Status(std::string_view)>& sink) const = 0;

  /// No such part is no error. Errors: Io.
  virtual Status remove(const std::string& name) = 0;

  /// The part of that name is the archive: it gets the archive's place, and all others go. Errors:
  /// InvalidInput, where something that is no file has that place; Io.
  virtual Status publish(const std::string& name) = 0;

  /// What there is to say of the archive's place: its path.
  [[nodiscard]] virtual std::string place() const = 0;
};

/// In the folder `archive`.partial, which is there while it has parts, beside the archive that is
/// to be. Errors: InvalidInput, where something that is no file has that place; Io.
[[nodiscard]] Result<std::unique_ptr<Store>> folder_store(const std::filesystem::path& archive);

/// That folder.
[[nodiscard]] std::filesystem::path partial_folder(const std::filesystem::path& archive);

/// In memory, for simulated clusters: what comes of it is not kept.
class MemoryStore final : public Store {
 public:
  [[nodiscard]] Result<std::unique_ptr<AppendFile>> create(const std::string& name) override;
  [[nodiscard]] Result<std::unique_ptr<AppendFile>> go_on(const std::string& name) override;
  Status read(const std::string& name,
              const std::function<Status(std::string_view)>& sink) const override;
  Status remove(const std::string& name) override;
  Status publish(const std::string& name) override;

  [[nodiscard]] std::string place() const override { return "memory"; }

  /// The archive, once it is published.
  [[nodiscard]] const std::string& archive() const { return archive_; }

  [[nodiscard]] const std::map<std::string, std::string>& parts() const { return parts_; }

 private:
  std::map<std::string, std::string> parts_;
  std::string archive_;
};

}  // namespace cfkops::logs

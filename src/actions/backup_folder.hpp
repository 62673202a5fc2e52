#pragma once

#include "objects_taken.hpp"

#include "cfkops/base/files.hpp"

#include <string>
#include <vector>

namespace cfkops::actions {

/// The file in a backup's folder that says what else is in it; written last, so that a folder
/// without one is no backup.
inline constexpr std::string_view kBackupIndex = "index.json";

/// What a backup says of itself.
struct BackupAbout {
  std::string run;    ///< that made it
  std::string taken;  ///< when, RFC 3339
  std::string server;
  std::vector<std::string> namespaces;
  std::string selector;
  bool secrets = false;
};

/// An object with the file that it is in.
struct BackupEntry {
  std::string file;  ///< relative to the folder
  std::string sha256;
  std::string uid;  ///< of the object that it was
  Json body;
};

/// A backup that was read, every file as its index has it.
struct Backup {
  BackupAbout about;
  std::string sha256;                ///< of the index
  std::vector<BackupEntry> entries;  ///< in the order of creation
  std::vector<LeftOut> left_out;
};

/// Writes all of it and gives the SHA-256 of the index. Errors: Io.
[[nodiscard]] Result<std::string> write_backup(base::Files& files,
                                               const std::string& folder,
                                               const BackupAbout& about,
                                               const TakenObjects& taken);

/// Errors: NotFound (no backup there), Refused (a file is not what the index says, or the index not
/// what `sha256` says, where it is not empty), InvalidInput (no index of ours), Io.
[[nodiscard]] Result<Backup> read_backup(const base::Files& files,
                                         const std::string& folder,
                                         const std::string& sha256);

}  // namespace cfkops::actions

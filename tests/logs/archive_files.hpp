#pragma once

#include "codec.hpp"
#include "support/matchers.hpp"
#include "tar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

namespace cfkops::logs {

/// All of a compressed text.
inline std::string decompressed(Compression compression, std::string_view bytes) {
  std::string text;
  const auto decoder = make_decoder(compression);
  EXPECT_THAT(decoder->add(bytes,
                           [&text](std::string_view piece) {
                             text += piece;
                             return Status();
                           }),
              test::IsOk());
  EXPECT_THAT(decoder->end(), test::IsOk());
  return text;
}

/// The files of an archive, by path.
inline std::map<std::string, std::string> files_of(Compression compression,
                                                   std::string_view archive) {
  std::map<std::string, std::string> files;
  std::string current;
  TarReader tar({.begin =
                     [&](const std::string& name, std::uint64_t) {
                       current = name;
                       files[name].clear();
                       return Status();
                     },
                 .content =
                     [&](std::string_view bytes) {
                       files[current] += bytes;
                       return Status();
                     },
                 .end = [] { return Status(); }});
  EXPECT_THAT(tar.add(decompressed(compression, archive)), test::IsOk());
  EXPECT_THAT(tar.end(), test::IsOk());
  return files;
}

}  // namespace cfkops::logs

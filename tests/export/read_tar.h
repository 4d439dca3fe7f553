// SPDX-License-Identifier: Apache-2.0
// A plain reader of tar files, for tests: what is in one, in order.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace scotoma {

/// Names and contents. Throws where the archive is not as POSIX says: a wrong checksum, no end, bytes behind it.
inline std::vector<std::pair<std::string, std::string>> read_tar(const std::string& bytes) {
  std::vector<std::pair<std::string, std::string>> files;
  std::size_t at = 0;
  const auto block_is_empty = [&](std::size_t begin) {
    return bytes.size() >= begin + 512 && bytes.find_first_not_of('\0', begin) >= begin + 512;
  };
  while (!block_is_empty(at)) {
    if (bytes.size() < at + 512) throw std::runtime_error("no end");
    std::string header = bytes.substr(at, 512);
    const auto octal = [&](std::size_t offset) { return std::stoull(header.substr(offset, 12), nullptr, 8); };
    const std::uint64_t told = octal(148);
    header.replace(148, 8, 8, ' ');
    std::uint64_t sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    if (sum != told) throw std::runtime_error("checksum");
    if (header.substr(257, 8) != std::string("ustar\0"
                                             "00",
                                             8))
      throw std::runtime_error("magic");
    const std::string name = header.substr(0, 100);
    const std::size_t length = octal(124);
    files.emplace_back(name.substr(0, name.find('\0')), bytes.substr(at + 512, length));
    at += 512 + (length + 511) / 512 * 512;
  }
  if (!block_is_empty(at + 512) || bytes.size() != at + 1024) throw std::runtime_error("end");
  return files;
}

}  // namespace scotoma

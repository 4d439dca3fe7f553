// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/tar.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <string>

namespace scotoma {
namespace {

constexpr std::size_t kNameBytes = 100;
constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 33U;  // eleven octal digits end before it

/// The header's fields by offset and length: name 0+100, mode 100+8, uid 108+8, gid 116+8, size 124+12, mtime 136+12,
/// chksum 148+8, typeflag 156+1, linkname 157+100, magic 257+6, version 263+2, uname 265+32, gname 297+32,
/// devmajor 329+8, devminor 337+8, prefix 345+155.
std::string header(std::string_view name, std::uint64_t length) {
  std::string block(512, '\0');
  const auto put = [&](std::size_t offset, std::string_view text) { block.replace(offset, text.size(), text); };
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", length));
  put(136, "00000000000");
  put(148, "        ");  // counts as spaces while it is summed up
  put(156, "0");         // a regular file
  put(257, "ustar");
  put(263, "00");
  put(329, "0000000");
  put(337, "0000000");
  const unsigned sum = std::accumulate(block.begin(), block.end(), 0U,
                                       [](unsigned so_far, char c) { return so_far + static_cast<unsigned char>(c); });
  put(148, fmt::format("{:06o}", sum) + '\0' + ' ');
  return block;
}

}  // namespace

Result<TarFile> TarFile::create(const std::filesystem::path& path) {
  SCOTOMA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::create(path));
  return TarFile(std::move(file));
}

Result<void> TarFile::add(std::string_view name, std::string_view bytes) {
  if (name.empty() || name.size() > kNameBytes || bytes.size() >= kTooLarge) {
    return failed(fmt::format("'{}': an archive holds names of 1 to 100 bytes and files below 8 GiB", name));
  }
  SCOTOMA_RETURN_IF_ERROR(file_.write(header(name, bytes.size())));
  SCOTOMA_RETURN_IF_ERROR(file_.write(bytes));
  SCOTOMA_RETURN_IF_ERROR(file_.write(std::string(room(bytes.size()) - kBlock - bytes.size(), '\0')));
  size_ += room(bytes.size());
  return {};
}

Result<void> TarFile::close() {
  SCOTOMA_RETURN_IF_ERROR(file_.write(std::string(2 * kBlock, '\0')));
  return file_.close();
}

}  // namespace scotoma

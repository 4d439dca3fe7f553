// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/output_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace scotoma {

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);  // a failure shows when the file is opened
  OutputFile file(path);
  errno = 0;
  file.out_.open(path, std::ios::binary | std::ios::trunc);
  SCOTOMA_RETURN_IF_ERROR(file.checked());
  return file;
}

Result<void> OutputFile::checked() const {
  if (out_) return {};
  const char* reason = errno == 0 ? "not written whole" : std::strerror(errno);
  return failed(fmt::format("{}: cannot be written ({}); free some space or choose another folder with --to",
                            path_.string(), reason));
}

Result<void> OutputFile::write(std::string_view bytes) {
  errno = 0;
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return checked();
}

Result<void> OutputFile::close() {
  errno = 0;
  out_.close();
  return checked();
}

Result<void> write_file(const std::filesystem::path& path, std::string_view bytes) {
  SCOTOMA_ASSIGN_OR_RETURN(OutputFile file, OutputFile::create(path));
  SCOTOMA_RETURN_IF_ERROR(file.write(bytes));
  return file.close();
}

}  // namespace scotoma

// The report's pictures: each is embedded once and shown wherever it is wanted.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace scotoma {

/// The PNG bytes of a picture by its image_id. May fail: the report then fails with that error.
using ImageSource = std::function<Result<std::vector<std::uint8_t>>(const std::string& image_id)>;

/// Hands out references to pictures while the page is written, and what they refer to at the end.
class Pictures {
 public:
  explicit Pictures(ImageSource source) : source_(std::move(source)) {}

  /// An <svg> that shows the picture; `alt` is plain text.
  std::string show(const std::string& image_id, std::string_view alt);

  /// The hidden <svg> that holds every picture shown so far, as data: URIs. Pictures with a side above 256 pixels are
  /// made smaller. Errors: those of the source; failed where its bytes are not a PNG.
  Result<std::string> definitions() const;

 private:
  ImageSource source_;
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::string> ids_;
};

}  // namespace scotoma

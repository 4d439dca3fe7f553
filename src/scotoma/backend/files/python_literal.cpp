// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/python_literal.h"

#include <cctype>
#include <string>

namespace scotoma {
namespace {

using Json = nlohmann::json;

constexpr int kMostNested = 8;

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Json> whole() {
    auto value = any(0);
    skip();
    return rest_.empty() ? value : std::nullopt;
  }

 private:
  void skip() {
    while (!rest_.empty()) {
      if (rest_.front() == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (std::isspace(static_cast<unsigned char>(rest_.front())) != 0) {
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  bool take(char c) {
    skip();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<Json> any(int depth) {
    if (depth > kMostNested) return std::nullopt;
    if (take('{')) return dict(depth);
    if (take('[')) return list(']', depth);
    if (take('(')) return list(')', depth);
    return scalar();
  }

  std::optional<Json> scalar() {
    skip();
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() == '\'' || rest_.front() == '"') return quoted();
    std::size_t length = 0;
    while (length < rest_.size() && std::isdigit(static_cast<unsigned char>(rest_[length])) != 0) ++length;
    if (length == 0 || length > 9) return std::nullopt;
    const int number = std::stoi(std::string(rest_.substr(0, length)));
    rest_.remove_prefix(length);
    return number;
  }

  std::optional<Json> quoted() {
    const char quote = rest_.front();
    std::string out;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == quote) {
        rest_.remove_prefix(i + 1);
        return out;
      }
      if (rest_[i] == '\\') {
        ++i;
        if (i == rest_.size() || std::string_view("\\'\"").find(rest_[i]) == std::string_view::npos)
          return std::nullopt;
      }
      out += rest_[i];
    }
    return std::nullopt;
  }

  std::optional<Json> list(char end, int depth) {
    Json out = Json::array();
    while (!take(end)) {
      if (!out.empty() && !take(',')) return std::nullopt;
      if (!out.empty() && take(end)) break;
      auto value = any(depth + 1);
      if (!value) return std::nullopt;
      out.push_back(std::move(*value));
    }
    return out;
  }

  std::optional<Json> dict(int depth) {
    Json out = Json::object();
    while (!take('}')) {
      if (!out.empty() && !take(',')) return std::nullopt;
      if (!out.empty() && take('}')) break;
      const auto key = scalar();
      if (!key || !take(':')) return std::nullopt;
      auto value = any(depth + 1);
      if (!value) return std::nullopt;
      const std::string name = key->is_string() ? key->get<std::string>() : key->dump();
      if (!out.emplace(name, std::move(*value)).second) return std::nullopt;  // one of two would be lost
    }
    return out;
  }

  std::string_view rest_;
};

}  // namespace

std::optional<nlohmann::json> parse_python_literal(std::string_view text) { return Parser(text).whole(); }

}  // namespace scotoma

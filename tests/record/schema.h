// SPDX-License-Identifier: Apache-2.0
// docs/bugs.schema.json, and what does not fit it.
#pragma once

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace scotoma::bugs_schema {

using nlohmann::json;

inline json schema() {
  std::ifstream file(SCOTOMA_SOURCE_DIR "/docs/bugs.schema.json");
  return json::parse(file);
}

inline bool has_type(const json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return type == "null" && value.is_null();
}

/// The keywords of JSON Schema that docs/bugs.schema.json uses, and one rule more: every field must be documented.
class Validator {
 public:
  explicit Validator(json root) : root_(std::move(root)) {}

  std::vector<std::string> errors(const json& value) const {
    std::vector<std::string> found;
    check(value, root_, "", found);
    return found;
  }

 private:
  using Errors = std::vector<std::string>;

  void check(const json& value, const json& rule, const std::string& at, Errors& errors) const {
    if (rule.contains("$ref")) {
      return check(value, root_.at(json::json_pointer(rule["$ref"].get<std::string>().substr(1))), at, errors);
    }
    if (rule.contains("anyOf")) return check_any(value, rule["anyOf"], at, errors);
    if (rule.contains("const") && value != rule["const"]) errors.push_back(at + ": not the constant");
    if (rule.contains("enum") && std::find(rule["enum"].begin(), rule["enum"].end(), value) == rule["enum"].end()) {
      errors.push_back(at + ": not one of the enum");
    }
    if (rule.contains("type")) check_type(value, rule["type"], at, errors);
    if (value.is_number()) check_limits(value.get<double>(), rule, at, errors);
    if (value.is_object()) check_object(value, rule, at, errors);
    if (value.is_array() && rule.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i)
        check(value[i], rule["items"], at + "/" + std::to_string(i), errors);
    }
  }

  void check_any(const json& value, const json& rules, const std::string& at, Errors& errors) const {
    Errors last;
    for (const json& rule : rules) {
      last.clear();
      check(value, rule, at, last);
      if (last.empty()) return;
    }
    errors.push_back(at + ": none of anyOf");
  }

  inline static void check_type(const json& value, const json& type, const std::string& at, Errors& errors) {
    const json types = type.is_array() ? type : json::array({type});
    for (const json& each : types) {
      if (has_type(value, each)) return;
    }
    errors.push_back(at + ": is not of type " + type.dump());
  }

  inline static void check_limits(double value, const json& rule, const std::string& at, Errors& errors) {
    if (rule.contains("minimum") && value < rule["minimum"].get<double>()) errors.push_back(at + ": too small");
    if (rule.contains("maximum") && value > rule["maximum"].get<double>()) errors.push_back(at + ": too large");
  }

  void check_object(const json& value, const json& rule, const std::string& at, Errors& errors) const {
    for (const json& key : rule.value("required", json::array())) {
      if (!value.contains(key.get<std::string>())) errors.push_back(at + ": lacks " + key.dump());
    }
    for (const auto& [key, field] : value.items()) {
      if (rule.contains("properties") && rule["properties"].contains(key)) {
        check(field, rule["properties"][key], at + "/" + key, errors);
      } else if (rule.contains("additionalProperties")) {
        check(field, rule["additionalProperties"], at + "/" + key, errors);
      } else if (rule.contains("properties")) {
        errors.push_back(at + "/" + key + ": not documented");
      }
    }
  }

  json root_;
};

}  // namespace scotoma::bugs_schema

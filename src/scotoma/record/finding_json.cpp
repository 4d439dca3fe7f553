// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/finding_json.h"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <vector>

#include "scotoma/core/hex.h"
#include "scotoma/record/finding_fields.h"
#include "scotoma/wording/text.h"

namespace scotoma {

void fields_of(Is<ResultsKey> auto& record, auto& each) {
  auto& [bugs, study, seed, images] = record;
  each("bugs", bugs);
  each("study", study);
  each("seed", seed);
  each("images", images);
}

void fields_of(Is<StoreCounts> auto& record, auto& each) {
  auto& [bases, clusters, hypotheses, cross, samples] = record;
  each("bases", bases);
  each("clusters", clusters);
  each("hypotheses", hypotheses);
  each("cross", cross);
  each("samples", samples);
}

namespace {

using OrderedJson = nlohmann::ordered_json;

template <class T>
concept HasNames = requires(T value) {
  names_of(value);
};

struct ToJson {
  static OrderedJson of(bool value) { return value; }
  static OrderedJson of(int value) { return value; }
  static OrderedJson of(std::uint64_t value) { return value; }
  static OrderedJson of(double value) {
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    return value;
  }
  static OrderedJson of(const std::string& text) {
    if (valid_utf8(text) == text) return text;
    return {{"hex", hex_of(text)}};
  }
  static OrderedJson of(HasNames auto value) { return name_of(value); }
  template <class T>
  static OrderedJson of(const std::vector<T>& list) {
    OrderedJson out = OrderedJson::array();
    for (const T& item : list) out.push_back(of(item));
    return out;
  }
  template <class T>
  static OrderedJson of(const std::optional<T>& value) {
    return value ? of(*value) : OrderedJson(nullptr);
  }
  template <class T>
  static OrderedJson of(const std::map<std::string, T>& map) {
    OrderedJson out = OrderedJson::array();
    for (const auto& [key, value] : map) out.push_back(OrderedJson::array({of(key), of(value)}));
    return out;
  }
  static OrderedJson of(const Reviews& reviews) { return of(std::map(reviews.begin(), reviews.end())); }
  template <class Record>
  requires std::is_aggregate_v<Record>
  static OrderedJson of(const Record& record) {
    OrderedJson out = OrderedJson::object();
    const auto each = [&](const char* name, const auto& field) { out[name] = of(field); };
    fields_of(record, each);
    return out;
  }
};

struct FromJson {
  static bool get(const OrderedJson& json, bool& out) {
    if (json.is_boolean()) out = json.get<bool>();
    return json.is_boolean();
  }
  static bool get(const OrderedJson& json, std::uint64_t& out) {
    if (json.is_number_unsigned()) out = json.get<std::uint64_t>();
    return json.is_number_unsigned();
  }
  /// Every whole number of the findings counts something.
  static bool get(const OrderedJson& json, int& out) {
    const bool fits =
        json.is_number_unsigned() && json.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<int>::max()};
    if (fits) out = json.get<int>();
    return fits;
  }
  static bool get(const OrderedJson& json, double& out) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (json.is_number()) out = json.get<double>();
    if (json.is_string()) out = json == "inf" ? kInfinity : -kInfinity;
    return json.is_number() || json == "inf" || json == "-inf";
  }
  static bool get(const OrderedJson& json, std::string& out) {
    if (json.is_string()) {
      out = json.get_ref<const std::string&>();
      return true;
    }
    const auto hex = json.is_object() ? json.find("hex") : json.end();
    if (!json.is_object() || hex == json.end() || !hex->is_string()) return false;
    const auto bytes = bytes_of_hex(hex->get_ref<const std::string&>());
    out = bytes.value_or("");
    return bytes.has_value();
  }
  template <HasNames Enum>
  static bool get(const OrderedJson& json, Enum& out) {
    const auto value = json.is_string() ? named<Enum>(json.get_ref<const std::string&>()) : std::nullopt;
    out = value.value_or(out);
    return value.has_value();
  }
  template <class T>
  static bool get(const OrderedJson& json, std::vector<T>& out) {
    if (!json.is_array()) return false;
    out.assign(json.size(), T());
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (!get(json[i], out[i])) return false;
    }
    return true;
  }
  template <class T>
  static bool get(const OrderedJson& json, std::optional<T>& out) {
    if (json.is_null()) out.reset();
    return json.is_null() || get(json, out.emplace());
  }
  template <class Map>
  requires requires { typename Map::mapped_type; }
  static bool get(const OrderedJson& json, Map& out) {
    if (!json.is_array()) return false;
    for (const OrderedJson& pair : json) {
      std::string key;
      if (!pair.is_array() || pair.size() != 2 || !get(pair[0], key) || !get(pair[1], out[key])) return false;
    }
    return true;
  }
  template <class Record>
  requires std::is_aggregate_v<Record>
  static bool get(const OrderedJson& json, Record& out) {
    bool whole = json.is_object();
    const auto each = [&](const char* name, auto& field) {
      if (!whole) return;
      if (const auto found = json.find(name); found != json.end()) whole = get(*found, field);
    };
    fields_of(out, each);
    return whole;
  }
};

}  // namespace

template <class Record>
std::string record_text(const Record& record) {
  return ToJson::of(record).dump();
}

std::string hypothesis_text(const Hypothesis& hypothesis, Status status, bool reviewed) {
  OrderedJson json = ToJson::of(hypothesis);
  json["status"] = ToJson::of(status);
  if (!reviewed) json["reviewed"] = nullptr;
  return json.dump();
}

template <class Record>
bool read_record(std::string_view text, Record& record) {
  return FromJson::get(OrderedJson::parse(text, nullptr, /*allow_exceptions=*/false), record);
}

template std::string record_text(const Findings&);
template std::string record_text(const BaseResult&);
template std::string record_text(const Cluster&);
template std::string record_text(const Hypothesis&);
template std::string record_text(const CrossRow&);
template std::string record_text(const Certificate&);
template std::string record_text(const ResultsKey&);
template std::string record_text(const StoreCounts&);
template std::string record_text(const Reviews&);
template bool read_record(std::string_view, Findings&);
template bool read_record(std::string_view, BaseResult&);
template bool read_record(std::string_view, Cluster&);
template bool read_record(std::string_view, Hypothesis&);
template bool read_record(std::string_view, CrossRow&);
template bool read_record(std::string_view, Certificate&);
template bool read_record(std::string_view, ResultsKey&);
template bool read_record(std::string_view, StoreCounts&);
template bool read_record(std::string_view, Reviews&);

}  // namespace scotoma

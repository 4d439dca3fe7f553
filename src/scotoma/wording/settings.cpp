// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/settings.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "scotoma/study/options.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

/// As the study's author would write it, so that the report depends neither on where the study lies nor on the folder
/// in which the program was started.
std::string shown(const Study& study, const std::filesystem::path& path) {
  if (path.empty()) return {};
  std::error_code ignored;  // only of finding the current folder
  const auto whole = [&](const std::filesystem::path& each) {
    return std::filesystem::absolute(each, ignored).lexically_normal();
  };
  const std::filesystem::path relative = whole(path).lexically_relative(whole(study.file).parent_path());
  return valid_utf8((relative.empty() ? path : relative).generic_string());
}

ordered_json json_value(const Study& study, const OptionField& target) {
  Study copy = study;  // a Field gives access for reading and for writing
  return std::visit(
      [&](const auto field) -> ordered_json {
        const auto& value = field(copy);
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::filesystem::path>) {
          return shown(study, value);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
          return std::string(value);
        } else if constexpr (std::is_same_v<T, std::string>) {
          return valid_utf8(value);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          ordered_json list = ordered_json::array();
          for (const std::string& each : value) list.push_back(valid_utf8(each));
          return list;
        } else {
          return value;
        }
      },
      target);
}

/// The networks of [[judge.ensemble]], with what they take from [judge].
ordered_json further_networks(const Study& study) {
  ordered_json list = ordered_json::array();
  for (const ClassifierOptions& network : study.judge.ensemble) {
    const Study own = judged_by(study, network);
    ordered_json item = ordered_json::object();
    for (const Option& option : options()) {
      if (describes_network(option)) item[std::string(option.key)] = json_value(own, option.target);
    }
    list.push_back(std::move(item));
  }
  return list;
}

using Key = std::pair<std::string_view, std::string_view>;

constexpr std::array<Key, 2> kChangeNoAnswer = {{{"engine", "threads"}, {"generator", "streams"}}};
constexpr std::array<Key, 12> kCameLater = {{{"search", "shrink_lists"},
                                             {"search", "shrink_similarity"},
                                             {"search", "attributes"},
                                             {"generator", "eta"},
                                             {"generator", "width"},
                                             {"generator", "height"},
                                             {"generator", "threads"},
                                             {"generator", "draft_steps"},
                                             {"generator", "draft_size"},
                                             {"generator", "draft_model"},
                                             {"generator", "draft_guidance"},
                                             {"engine", "device"}}};

bool is_one_of(const Option& option, std::span<const Key> keys) {
  return std::find(keys.begin(), keys.end(), Key(option.table, option.key)) != keys.end();
}

}  // namespace

ordered_json settings_json(const Study& study) {
  ordered_json settings = ordered_json::object();
  for (const Option& option : options()) {
    const bool stands_elsewhere = option.table.empty();
    const bool changes_no_answer = is_one_of(option, kChangeNoAnswer);
    const bool not_asked = option.table == "certify" && !study.certify.in_study;
    // Not said where it is the usual one, as in results of programs that knew no other.
    const bool came_later = (option.key == "kind" && option.table != "judge") || is_one_of(option, kCameLater);
    const bool usual = (option.table == "failure" && study.failure.rule == FailureKind::top_1) ||
                       (came_later && value_text(option, study) == value_text(option, Study()));
    if (stands_elsewhere || changes_no_answer || not_asked || usual || !is_read(option, study)) continue;
    ordered_json* table = &settings;  // "generator.sdcpp" stands inside "generator"
    std::string_view name = option.table;
    for (std::size_t dot = 0; (dot = name.find('.')) != std::string_view::npos; name.remove_prefix(dot + 1))
      table = &(*table)[std::string(name.substr(0, dot))];
    (*table)[std::string(name)][std::string(option.key)] = json_value(study, option.target);
  }
  if (!study.judge.ensemble.empty()) settings["judge"]["ensemble"] = further_networks(study);
  return settings;
}

std::string classifier_line(const Study& study, const Findings& findings) {
  std::string file = study.classifier.model.filename().string();
  const auto found = findings.descriptions.find("classifier");
  if (found == findings.descriptions.end()) return file;
  const bool named = found->second.find(file) != std::string::npos;
  return named ? found->second : file + ", " + found->second;
}

}  // namespace scotoma

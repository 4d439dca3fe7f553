// SPDX-License-Identifier: Apache-2.0
// Names that others wrote, on a real terminal: it obeys none of them, and a person sees what they hold.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/wording/text.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

json hostile_names() { return json::parse(read_file(kCases / "hostile_class_names.json")); }

json rate() { return {{"failures", 9}, {"valid", 10}, {"rate", 0.9}, {"low", 0.6}, {"high", 0.99}}; }

/// A finished study of the given name whose labels, phrases, answers and files all are these texts.
json results(const std::string& study, const json& names) {
  json bugs = json::array();
  for (const std::string name : names) {
    bugs.push_back({{"id", "on-" + name},
                    {"status", "confirmed"},
                    {"label", name},
                    {"phrase", name},
                    {"direction", "fails"},
                    {"predicted", name},
                    {"sentence", name},
                    {"prompt", name},
                    {"null_rate", 0.1},
                    {"log_e_value", 20.0},
                    {"base", rate()},
                    {"explored", rate()},
                    {"confirm", rate()},
                    {"audit", rate()},
                    {"audit_base", rate()},
                    {"examples", {{"failing", {name}}, {"passing", {name}}}}});
  }
  return {{"schema_version", 1}, {"study", study}, {"seed", 3}, {"bugs", bugs}};
}

class HostileText : public testing::Test {
 protected:
  /// What the terminal gets; NO_COLOR leaves no escape sequence of ours.
  static std::string shown(const std::vector<std::string>& arguments) {
    std::string output = run(arguments, {.terminal = true, .environment = {{"NO_COLOR", "1"}}}).output;
    std::erase(output, '\r');  // the terminal's own, at the end of lines
    return output;
  }

  fake::Folder folder_;
  const json names_ = hostile_names();
  const std::string name_ = "\x1b[31mred \u202Eabc";
  const std::string study_ =
      folder_.write("study.toml", small_study({{"name = \"small\"", "name = " + json(name_).dump()}})).string();
  const std::string out_ = folder_.write("out/bugs.json", results(name_, names_).dump()).parent_path().string();
};

TEST_F(HostileText, IsSpelledByEveryVerbThatTellsResults) {
  std::vector<std::vector<std::string>> verbs = {
      {"list", study_, "--out", out_},
      {"list", study_, "--out", out_, "--json"},
      {"show", study_, "no such bug", "--out", out_},
  };
  for (const std::string name : names_) verbs.push_back({"show", study_, "on-" + name, "--out", out_});
  for (const auto& verb : verbs) {
    const std::string output = shown(verb);
    EXPECT_EQ(printable_lines(output), output) << verb[0] << " " << verb[2];
  }
  const std::string list = shown(verbs[0]);
  for (const char* seen : {"\\x1b[31mred", "<U+202E>abc", "tab\\there", "bell\\x07", "<b>bold</b>", "=1+1"})
    EXPECT_NE(list.find(seen), std::string::npos) << seen;
  const json bugs = json::parse(run(verbs[1]).output);
  for (std::size_t i = 0; i < names_.size(); ++i) EXPECT_EQ(bugs[i]["label"], names_[i]) << "JSON has another value";
}

TEST_F(HostileText, IsSpelledInErrorsAboutFilesLabelsAndArguments) {
  const std::string unknown =
      folder_.write("label.toml", small_study({{"\"fly\", \"bee\"", json(name_).dump()}})).string();
  const std::vector<std::vector<std::string>> mistakes = {
      {"list", study_, name_},
      {"list", name_},
      {"list", study_, "--" + name_},
      {"show", study_, name_, "--out", out_},
      {"export", study_, "--to", "x", "--format", name_},
      {"find", folder_.write("key.toml", small_study({{"seed = 3", json(name_).dump() + " = 3"}})).string()},
      {"find", unknown, "--out", (folder_ / "new").string()},
      {"list", study_, "--out", (folder_ / "forged\nscotoma: all is well").string()},
  };
  for (const auto& arguments : mistakes) {
    const std::string output = shown(arguments);
    EXPECT_EQ(printable_lines(output), output) << arguments[0];
    if (arguments != mistakes.back()) {
      EXPECT_NE(output.find("\\x1b[31mred <U+202E>abc"), std::string::npos) << output;
    }
    EXPECT_EQ(output.find("\nscotoma: all is well"), std::string::npos) << "a line that looks like one of ours";
  }
}

TEST_F(HostileText, LeavesOurOwnColours) {
  const Outcome list = run({"list", study_, "--out", out_}, {.terminal = true});
  EXPECT_TRUE(list.output.starts_with("note: ") || list.output.starts_with("\x1b[1m")) << list.output.substr(0, 80);
  EXPECT_NE(list.output.find("\x1b[1mbug "), std::string::npos);
  EXPECT_EQ(list.output.find("\x1b[31mred"), std::string::npos);
  const Outcome wrong = run({"list", "no\x1b[31mred"}, {.terminal = true});
  EXPECT_NE(wrong.output.find("\x1b[31mscotoma:\x1b[0m no\\x1b[31mred"), std::string::npos) << wrong.output;
}

}  // namespace
}  // namespace scotoma::e2e

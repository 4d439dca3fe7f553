// SPDX-License-Identifier: Apache-2.0
// docs/from-a-checkpoint.md from its top to its bottom, with the embedded world's models in place of the reader's.
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "e2e/program.h"
#include "fake/folder.h"
#include "fake/places.h"

namespace scotoma::e2e {
namespace {

const std::filesystem::path kPage = kRoot / "docs/from-a-checkpoint.md";

/// What the reader does next: a command of scotoma's, or lines of study.toml that are changed.
struct PageStep {
  std::string command = {};
  int code = 0;              ///< as the command's comment says
  std::string answer = {};   ///< the first line that the page shows of its output
  std::string changes = {};  ///< TOML
};

std::vector<PageStep> steps_of_page() {
  std::vector<PageStep> steps;
  std::istringstream lines(read_file(kPage));
  bool in_toml = false;
  bool awaits = false;  // the first line of the last command's output
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      in_toml = line == "```toml";
      if (in_toml) steps.push_back({});
    } else if (in_toml) {
      steps.back().changes += line + "\n";
    } else if (line.starts_with("    scotoma ")) {
      const std::size_t code = line.find("# exit code ");
      steps.push_back({.command = line.substr(4), .code = code == std::string::npos ? 0 : line.at(code + 12) - '0'});
      awaits = true;
    } else if (line.starts_with("    ") && awaits) {
      steps.back().answer = line.substr(4);
      awaits = false;
    } else if (!line.empty()) {
      awaits = false;
    }
  }
  return steps;
}

struct Said {
  int code = -1;
  std::string text;
};

/// Runs a line of the page as a shell does, in this folder.
Said in_shell(const std::filesystem::path& folder, const std::string& line) {
  const std::string programs = std::filesystem::path(SCOTOMA_PROGRAM).parent_path().string();
  const std::string call =
      "cd '" + folder.string() + "' && PATH='" + programs + "':\"$PATH\" && { " + line + "\n} 2>&1";
  FILE* shell = ::popen(call.c_str(), "r");
  Said said;
  std::array<char, 4096> bytes{};
  for (std::size_t size = 0; (size = ::fread(bytes.data(), 1, bytes.size(), shell)) > 0;)
    said.text.append(bytes.data(), size);
  said.code = WEXITSTATUS(::pclose(shell));
  return said;
}

/// The models that the page says stand in for the reader's, under the names that it gives them.
void put_models(const fake::Folder& folder) {
  std::filesystem::create_directories(folder / "models");
  for (const auto& [name, model] :
       {std::pair("classifier.onnx", "classifiers/resnet_skewed.onnx"),
        std::pair("other.onnx", "classifiers/vit_skewed.onnx"),
        std::pair("new.onnx", "classifiers/resnet_balanced.onnx"), std::pair("models/stable-diffusion", "generator"),
        std::pair("models/captioner", "captioner"), std::pair("models/clip", "embedder")})
    std::filesystem::copy(kWorld / model, folder / name, std::filesystem::copy_options::recursive);
  std::string names;
  for (const auto& name : nlohmann::json::parse(read_file(kWorld / "classifiers/labels.json")))
    names += name.get<std::string>() + "\n";
  folder.write("class_names.txt", names);
}

/// Puts each line into its table of the study, in place of the one with that key where there is one.
void change_study(const fake::Folder& folder, const std::string& changes) {
  std::string study = read_file(folder / "study.toml");
  std::istringstream lines(changes);
  std::size_t table = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) {
      table = study.find("\n" + line);
      ASSERT_NE(table, std::string::npos) << line;
    } else if (!line.empty()) {
      const std::size_t end = study.find("\n[", table + 1);
      const std::size_t at = study.find("\n" + line.substr(0, line.find('=') + 1), table);
      const std::size_t from = at < end ? at : study.find('\n', table + 1);
      const std::size_t to = at < end ? study.find('\n', at + 1) : from;
      study.replace(from, to - from, "\n" + line);
    }
  }
  folder.write("study.toml", study);
}

/// What a person saves from the page of `review`.
void answer_review(const fake::Folder& folder) {
  ASSERT_EQ(in_shell(folder.path(), "scotoma review study.toml --csv review.csv").code, 0);
  const std::string asked = read_file(folder / "review.csv");
  folder.write("review.csv", std::regex_replace(asked, std::regex(",(\r?\n)"), ",yes$1"));
}

std::string without_digits(const std::string& text) {
  return std::regex_replace(text, std::regex("[0-9][0-9,]*"), "#");
}

TEST(FromACheckpoint, EveryCommandOfThePageDoesWhatThePageSays) {
  const fake::Folder folder;
  put_models(folder);
  const std::vector<PageStep> steps = steps_of_page();
  ASSERT_GE(steps.size(), 15U) << "the page's commands are not found: look at the patterns here";
  for (const PageStep& step : steps) {
    if (step.command.empty()) {
      change_study(folder, step.changes);
      continue;
    }
    if (step.command.find("--import") != std::string::npos) answer_review(folder);
    const Said said = in_shell(folder.path(), step.command);
    ASSERT_EQ(said.code, step.code) << step.command << "\n" << said.text;
    // How many findings there are may differ on another processor.
    if (!step.command.starts_with("scotoma find")) {
      EXPECT_NE(without_digits(said.text).find(without_digits(step.answer)), std::string::npos)
          << step.command << "\nshould say: " << step.answer << "\nsays: " << said.text;
    }
  }
  for (const char* file : {"study.out/report.html", "study.out/transfer.json", "cat.png", "review.html", "bugs.xml",
                           "blind-spots/README.md"})
    EXPECT_TRUE(std::filesystem::exists(folder / file)) << file;
}

TEST(FromACheckpoint, ItsPythonIsPython) {
  const fake::Folder folder;
  const std::string page = read_file(kPage);
  const std::size_t begin = page.find("```python\n");
  ASSERT_NE(begin, std::string::npos);
  folder.write("export.py", page.substr(begin + 10, page.find("```", begin + 10) - begin - 10));
  const Said said = in_shell(folder.path(), "python3 -m py_compile export.py");
  EXPECT_EQ(said.code, 0) << said.text;
}

}  // namespace
}  // namespace scotoma::e2e

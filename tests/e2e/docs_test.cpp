// SPDX-License-Identifier: Apache-2.0
// What the docs tell a user to write is accepted by the program.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "e2e/program.h"
#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/study/read.h"

namespace scotoma::e2e {
namespace {

std::vector<std::filesystem::path> pages() {
  std::vector<std::filesystem::path> files = {kRoot / "README.md", kRoot / "CONTRIBUTING.md"};
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kRoot / "docs")) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  return files;
}

/// All matches of a pattern's first two groups.
std::vector<std::pair<std::string, std::string>> matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern, std::regex::multiline);
  std::vector<std::pair<std::string, std::string>> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at)
    found.emplace_back((*at)[1], (*at)[2]);
  return found;
}

TEST(Readme, ItsStudyIsReadWithoutComplaint) {
  const std::string readme = read_file(kRoot / "README.md");
  const std::size_t begin = readme.find("```toml\n");
  const std::size_t end = readme.find("\n```\n", begin);
  ASSERT_NE(end, std::string::npos) << "the README shows no study";
  const std::string text = readme.substr(begin + 8, end - begin - 8);
  const fake::Folder folder;
  for (const auto& [key, path] : matches(text, R"re(^(model|labels) = "([^"]+)")re")) folder.write(path, "");
  const auto study = read_study(folder.write("pets.toml", text));
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->labels.size(), 2U);
  EXPECT_EQ(study->judge.kind, JudgeKind::embedder);
}

/// The study of docs/study.md's first example below a heading, with the models that it does not name.
Result<Study> study_shown(const std::string& heading) {
  const std::string page = read_file(kRoot / "docs/study.md");
  const std::size_t begin = page.find("```toml\n", page.find(heading));
  const std::size_t end = page.find("\n```\n", begin);
  if (end == std::string::npos) return bad_input("docs/study.md shows nothing below " + heading);
  const fake::Folder folder;
  folder.write("m", "");
  std::string text = "labels = [\"fly\"]\nclassifier.labels = \"m\"\n";
  for (const char* role : {"generator", "classifier", "captioner", "embedder"})
    text += std::string(role) + ".model = \"m\"\n";
  const std::string shown = page.substr(begin + 8, end - begin - 8) + "\n";
  for (const auto& [key, path] : matches(shown, R"re(^(model|labels) = "([^"]+)")re")) folder.write(path, "");
  return read_study(folder.write("s.toml", text + shown));
}

TEST(Docs, TheListsOfTheStudyPageAreReadWithoutComplaint) {
  const auto study = study_shown("## Lists of phrases");
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->attributes.size(), 2U);
}

TEST(Docs, TheJudgesOfTheStudyPageAreReadWithoutComplaint) {
  const auto study = study_shown("## Several judges");
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(networks(study->judge).size(), 2U);
}

TEST(Docs, TheStudiesOfDownloadedCheckpointsAreReadWithoutComplaint) {
  const std::string page = read_file(kRoot / "docs/downloaded-checkpoints.md");
  int shown = 0;
  for (std::size_t at = 0; (at = page.find("```toml\n", at)) != std::string::npos; ++shown) {
    at += 8;
    const std::string text = page.substr(at, page.find("\n```\n", at) - at) + "\n";
    const fake::Folder folder;
    folder.write("m", "");
    for (const auto& [key, path] : matches(text, R"re(^([a-z5_]+) = "([^"]+\.(?:safetensors|gguf))")re"))
      folder.write(path, "");
    std::string all = "labels = [\"fly\"]\nclassifier.labels = \"m\"\n";
    for (const char* role : {"classifier", "captioner", "embedder"}) all += std::string(role) + ".model = \"m\"\n";
    const auto study = read_study(folder.write("s.toml", all + text));
    ASSERT_TRUE(study.ok()) << study.error().message;
    EXPECT_EQ(study->generator.kind, Backend::sdcpp);
  }
  EXPECT_GE(shown, 2) << "the page's studies are not found any more: look at the pattern here";
}

TEST(Docs, EveryCommandNamesAVerbAndItsOptions) {
  std::map<std::string, std::string> help;
  int commands = 0;
  for (const auto& page : pages()) {
    const std::string text = read_file(page);
    auto found = matches(text, "^    (?:[^ \n]*/)?scotoma ([a-z]+)([^#\n]*)");
    for (const auto& one : matches(text, "`scotoma ([a-z]+)([^`\n]*)`")) found.push_back(one);
    for (const auto& [verb, rest] : found) {
      ++commands;
      if (!help.contains(verb)) {
        const Outcome outcome = run({verb, "--help"});
        EXPECT_EQ(outcome.code, 0) << page << ": scotoma " << verb << "\n" << outcome.errors;
        help[verb] = outcome.output;
      }
      for (const auto& [option, nothing] : matches(rest, "(--[a-z-]+)()"))
        EXPECT_NE(help[verb].find(option), std::string::npos) << page << ": scotoma " << verb << rest;
    }
  }
  EXPECT_GE(commands, 10) << "the docs' commands are not found any more: look at the patterns here";
}

TEST(Docs, EveryLinkLeadsToAFile) {
  auto files = pages();
  for (const char* more : {"CHANGELOG.md", "SECURITY.md", "world/README.md", "world/cards/planted.md"})
    files.push_back(kRoot / more);
  for (const auto& page : files) {
    for (const auto& [link, nothing] : matches(read_file(page), R"re(\]\(([^)#: ]+)\)())re"))
      EXPECT_TRUE(std::filesystem::exists(page.parent_path() / link)) << page << ": " << link;
  }
}

TEST(Docs, EveryFileThatExtendingNamesIsThere) {
  int named = 0;
  for (const auto& [file, nothing] : matches(read_file(kRoot / "docs/extending.md"), "`([a-z]+/[^` ]+)()`")) {
    if (file.find("MINE") != std::string::npos || file.starts_with("build/")) continue;
    ++named;
    EXPECT_TRUE(std::filesystem::exists(kRoot / file)) << file;
  }
  EXPECT_GE(named, 30) << "the files are not found any more: look at the pattern here";
}

TEST(Docs, TheIndexNamesEveryPage) {
  const std::string index = read_file(kRoot / "docs/index.md");
  for (const auto& entry : std::filesystem::directory_iterator(kRoot / "docs")) {
    const std::string name = entry.path().filename();
    if (entry.path().extension() != ".md" || name == "index.md") continue;
    EXPECT_NE(index.find("](" + name + ")"), std::string::npos) << name;
  }
}

TEST(Docs, TheListOfDecisionsNamesEach) {
  const auto folder = kRoot / "docs/decisions";
  const std::string list = read_file(folder / "README.md");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name == "README.md") continue;
    EXPECT_NE(list.find("](" + name + ")"), std::string::npos) << name;
  }
}

TEST(Docs, EveryVerbOfTheScriptIsOneThatItHelpsWith) {
  const std::string script = read_file(kRoot / "dev");
  std::set<std::string> verbs;
  for (const auto& page : pages()) {
    for (const auto& [verb, rest] : matches(read_file(page), "\\./dev ([a-z][a-z0-9]*)()")) verbs.insert(verb);
  }
  EXPECT_TRUE(verbs.contains("demo"));
  for (const std::string& verb : verbs)
    EXPECT_TRUE(script.find("\n  " + verb + " ") != std::string::npos || verb == "help") << verb;
}

}  // namespace
}  // namespace scotoma::e2e

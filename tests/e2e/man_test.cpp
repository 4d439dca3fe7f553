// SPDX-License-Identifier: Apache-2.0
// The manual says what the program can do: all of it, in roff that man(1) shows.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

#include "e2e/program.h"
#include "fake/folder.h"
#include "scotoma/study/keys.h"
#include "scotoma/study/options.h"
#include "scotoma/wording/roff.h"

namespace scotoma::e2e {
namespace {

/// All matches of a pattern's first group.
std::set<std::string> found_in(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern, std::regex::multiline);
  std::set<std::string> found;
  for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at) found.insert((*at)[1]);
  return found;
}

/// The verbs of --help.
std::set<std::string> verbs() {
  const std::string help = run({"--help"}).output;
  return found_in(help.substr(help.find("Subcommands:")), "^  ([a-z]+) ");
}

std::string page(const std::string& name) {
  const Outcome printed = run({"man", name});
  EXPECT_EQ(printed.code, 0) << name << ": " << printed.errors;
  return printed.output;
}

/// Every line is text, or one of the few requests that the pages use; every escape is one of the few that they use.
void expect_sound(const std::string& text) {
  static const std::regex kRequest(R"(\.(TH|SH|SS|PP|TP|RS|RE|nf|fi)( .*)?)");
  static const std::regex kText(R"(([^\\]|\\[-e&]|\\f[BIR]|\\\((aq|dq|ga|ha|ti))*)");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool request = line.starts_with('.') || line.starts_with('\'');
    EXPECT_TRUE(!request || std::regex_match(line, kRequest)) << line;
    EXPECT_TRUE(std::regex_match(line, kText)) << line;
  }
  EXPECT_TRUE(text.starts_with(".TH SCOTOMA")) << text.substr(0, 80);
}

TEST(Man, EveryVerbHasAPageWithEachOfItsOptions) {
  const std::set<std::string> names = verbs();
  EXPECT_TRUE(names.contains("find") && names.contains("man")) << "the verbs are not found: look at the pattern here";
  for (const std::string& verb : names) {
    const std::string text = page(verb);
    expect_sound(text);
    for (const char* title : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"})
      EXPECT_NE(text.find(std::string("\n.SH ") + title + "\n"), std::string::npos) << verb << ": " << title;
    const std::string help = run({verb, "--help"}).output;
    for (const std::string& option : found_in(help, "^  (?:-[a-z],)?(--[a-z-]+)"))
      EXPECT_NE(text.find(roff_bold(option)), std::string::npos) << verb << ": " << option;
    EXPECT_EQ(text.find("Exit codes"), std::string::npos) << verb << ": they have a section";
  }
}

TEST(Man, OfTheProgramNamesEveryVerb) {
  const std::string text = run({"man"}).output;
  expect_sound(text);
  for (const std::string& verb : verbs())
    EXPECT_NE(text.find(".TP\n" + roff_bold("scotoma-" + verb)), std::string::npos) << verb;
  EXPECT_EQ(text.find("loading"), std::string::npos) << "not for people";
}

TEST(Man, OfTheStudyHasEveryKey) {
  const std::string text = page("study");
  expect_sound(text);
  const auto expect_key = [&](const std::string& key) {
    EXPECT_NE(text.find(".TP\n" + roff_bold(key) + "\n"), std::string::npos) << key;
  };
  for (const Option& option : options())
    expect_key((option.table.empty() ? "" : std::string(option.table) + ".") + std::string(option.key));
  for (const char* table : {"label", "attributes"}) {
    for (const std::string& key : keys_of(table)) expect_key(std::string(table) + "." + key);
  }
  for (const char* key : {"labels", "judge.ensemble"}) expect_key(key);
}

TEST(Man, ExitCodesOfAVerbAreItsOwn) {
  EXPECT_NE(page("check").find("All findings are fixed."), std::string::npos);
  EXPECT_NE(page("doctor").find("Something is suspicious."), std::string::npos);
  EXPECT_NE(run({"check", "--help"}).output.find("1 some are still there"), std::string::npos);
}

TEST(Man, APageThatIsNotThereNamesTheNearest) {
  const Outcome outcome = run({"man", "fnid"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("'find'"), std::string::npos) << outcome.errors;
}

TEST(Man, AllPagesAreWrittenWhereManLooks) {
  const fake::Folder folder;
  const std::string to = (folder / "man").string();
  for (int again = 0; again < 2; ++again) {
    const Outcome outcome = run({"man", "--to", to});
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
  }
  EXPECT_EQ(read_file(folder / "man/man1/scotoma.1"), run({"man"}).output);
  EXPECT_EQ(read_file(folder / "man/man5/scotoma-study.5"), page("study"));
  for (const std::string& verb : verbs())
    EXPECT_EQ(read_file(folder / ("man/man1/scotoma-" + verb + ".1")), page(verb)) << verb;
  const Outcome full = run({"man", "--to", folder.write("file", "").string()});
  EXPECT_EQ(full.code, 1) << full.errors;
}

}  // namespace
}  // namespace scotoma::e2e

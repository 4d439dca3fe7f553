// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/roff.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <sstream>

namespace scotoma {
namespace {

/// What a formatter makes of the text of one paragraph, its words with one blank between each; "?" for what it would
/// not print as it stands.
std::string formatted(const std::string& page) {
  static const std::map<std::string, std::string> kNames = {
      {"aq", "'"}, {"dq", "\""}, {"ga", "`"}, {"ha", "^"}, {"ti", "~"}};
  std::string out;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(".TH") || line.starts_with(".SH")) continue;
    if (line.starts_with('.') || line.starts_with('\'')) return "?";
    if (!out.empty()) out += ' ';
    for (std::size_t at = 0; at < line.size(); ++at) {
      if (line[at] != '\\') {
        out += line[at];
        continue;
      }
      const char kind = at + 1 < line.size() ? line[++at] : ' ';
      if (kind == 'e' || kind == '-') {
        out += kind == 'e' ? '\\' : '-';
      } else if (kind == '(' && kNames.contains(line.substr(at + 1, 2))) {
        out += kNames.at(line.substr(at + 1, 2));
        at += 2;
      } else if (kind == 'f') {
        ++at;
      } else if (kind != '&') {
        out += '?';
      }
    }
  }
  return out;
}

std::string paragraph_of(const std::string& text) {
  ManPage page("x", 1, "x");
  page.section("X");
  page.paragraph(text);
  return formatted(page.text());
}

RC_GTEST_PROP(Roff, EveryTextIsPrintedAsItIs, ()) {
  const auto words = *rc::gen::container<std::vector<std::string>>(
      rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::elementOf(std::string(".'\\-\"^~aB(&f")))));
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  RC_ASSERT(paragraph_of(text) == text);
}

TEST(Roff, WhatStandsBetweenBackticksIsBold) {
  EXPECT_EQ(roff("as `scotoma list` names it"), "as \\fBscotoma list\\fR names it");
  EXPECT_EQ(roff("one ` alone"), "one \\(ga alone");
}

TEST(Roff, NoLineOfAnExampleOrAnItemIsARequest) {
  ManPage page("x", 1, "x");
  page.item(roff(".onnx"), ".xml");
  page.example(".SH no\n'nor this\n  kept");
  EXPECT_NE(page.text().find(".TP\n\\&.onnx\n\\&.xml\n"), std::string::npos) << page.text();
  EXPECT_NE(page.text().find("\n\\&.SH no\n\\(aqnor this\n  kept\n.RE"), std::string::npos) << page.text();
}

TEST(Roff, LinesAreShortAndSentencesBeginOnes) {
  ManPage page("x", 1, "x");
  page.section("X");
  std::string text = "First one. Second";
  for (int i = 0; i < 60; ++i) text += " word";
  page.paragraph(text);
  EXPECT_NE(page.text().find("First one.\nSecond word"), std::string::npos) << page.text();
  std::istringstream lines(page.text());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 78U);
}

}  // namespace
}  // namespace scotoma

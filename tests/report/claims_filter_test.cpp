#include "report/claims_filter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/philox.h"
#include "evidence/closed_e_bh.h"
#include "fake/folder.h"
#include "report/made_up.h"
#include "report/review_page.h"

namespace scotoma {
namespace {

using nlohmann::json;

bool node_is_here() { return std::system("command -v node >/dev/null 2>&1") == 0; }

/// What node prints for a program.
std::string node(const std::string& program) {
  const fake::Folder folder;
  const auto file = folder.write("program.js", program);
  std::FILE* pipe = ::popen(("node " + file.string() + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {};
  std::string output;
  char bytes[4096];
  for (std::size_t n = 0; (n = std::fread(bytes, 1, sizeof bytes, pipe)) > 0;) output.append(bytes, n);
  ::pclose(pipe);
  return output;
}

struct LevelCase {
  std::vector<double> log_e_values;
  std::vector<std::size_t> chosen;
  int slots = 1;
};

std::vector<LevelCase> level_cases() {
  Philox random(3);
  std::vector<LevelCase> cases = {{{800, 2}, {0}, 64}, {{-800, 3}, {0, 1}, 2}, {{5}, {}, 10}};
  cases.push_back({{std::numeric_limits<double>::max(), 1}, {0, 1}, 64});
  for (int c = 0; c < 300; ++c) {
    LevelCase one;
    const std::uint32_t count = 1 + random.below(40);
    for (std::uint32_t i = 0; i < count; ++i) {
      one.log_e_values.push_back(40 * random.uniform() - 5);
      if (random.below(3) == 0) one.chosen.push_back(i);
    }
    one.slots = static_cast<int>(count + random.below(500));
    cases.push_back(one);
  }
  return cases;
}

TEST(ClaimsScript, ComputesTheLevelsOfClosedEBh) {
  if (!node_is_here()) GTEST_SKIP() << "no node here to run the report's script";
  json cases = json::array();
  for (const LevelCase& c : level_cases()) cases.push_back({c.log_e_values, c.chosen, c.slots});
  const std::string output = node(std::string(kClaimsScript) + "console.log(JSON.stringify(" + cases.dump() +
                                  ".map(([logE, chosen, slots]) => scotomaLevel(logE, new Set(chosen), slots))));\n");
  const json levels = json::parse(output, nullptr, false);
  ASSERT_TRUE(levels.is_array()) << output;
  const auto all = level_cases();
  ASSERT_EQ(levels.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double level = closed_e_bh_level(all[i].log_e_values, all[i].chosen, all[i].slots);
    EXPECT_NEAR(levels[i].get<double>(), level, 1e-12 + 1e-9 * level) << i;
  }
}

TEST(ClaimsScript, SaysTheSameSentence) {
  if (!node_is_here()) GTEST_SKIP() << "no node here to run the report's script";
  for (const double level : {0.0, 0.0001, 0.003, 0.0123, 0.05, 0.1, 0.234, 1.0}) {
    for (const std::size_t count : {1U, 7U}) {
      EXPECT_EQ(node(fmt::format("{}console.log(scotomaSentence({}, {}));", kClaimsScript, count, level)),
                claims_sentence(count, level) + "\n");
    }
  }
}

TEST(ClaimsSentence, NeverUnderstatesTheLevel) {
  EXPECT_EQ(claims_sentence(7, 0.003), "Of these 7 claims, at most 0.3\u00A0% are expected to be false.");
  EXPECT_EQ(claims_sentence(7, 0.0031), "Of these 7 claims, at most 0.4\u00A0% are expected to be false.");
  EXPECT_EQ(claims_sentence(1, 0.201), "Of claims like this one, at most 21\u00A0% are expected to be false.");
}

TEST(ClaimsLevel, IsThatOfTheSmallestEvidenceAmongThem) {
  const Study study = made_up::study();
  std::vector<Hypothesis> hypotheses(3);
  for (Hypothesis& h : hypotheses) h.confirmed = {9, 10, 0, 0.9, 0.5, 1};
  hypotheses[0].log_e_value = std::log(6400);
  hypotheses[1].log_e_value = std::log(64);
  hypotheses[2].confirmed = {};  // never tested
  const std::vector<std::size_t> strong = {0};
  const std::vector<std::size_t> untested = {2};
  const std::vector<double> log_e = {std::log(6400), std::log(64)};
  EXPECT_DOUBLE_EQ(claims_level(study, hypotheses, strong), closed_e_bh_level(log_e, strong, slots(study)));
  EXPECT_EQ(claims_level(study, hypotheses, untested), 1);
  EXPECT_EQ(claims_level(study, hypotheses, {}), 0);
}

/// What a page may run: the text of each <script>, and what its policy allows.
void expect_runs_only_its_own_script(const std::string& html) {
  const std::size_t begin = html.find("<script>") + 8;
  const std::size_t end = html.find("</script>", begin);
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(html.find("<script", begin), std::string::npos) << "another script";
  EXPECT_NE(html.find("script-src " + script_source(html.substr(begin, end - begin)) + "\""), std::string::npos);
}

TEST(ReviewPage, RunsOnlyItsOwnScriptAndLoadsNothing) {
  const std::string html = review_page("pets <b>", {{"abc", "fly \"x\"", "out/images/ab/abc.png", {1, 2, 3}}});
  expect_runs_only_its_own_script(html);
  EXPECT_NE(html.find("data-asks=\"Is a fly &quot;x&quot; in this picture?\""), std::string::npos);
  EXPECT_NE(html.find("data:image/png;base64,AQID"), std::string::npos);
  for (const char* word : {"http://", "https://", "<link", "@import", "url(", "pets <b>"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
}

TEST(ReviewPage, DoesNotSayWhatTheJudgeOrTheClassifierAnswered) {
  const std::string html = review_page("pets", {{"abc", "fly", "abc.png", {}}});
  for (const char* word : {"accepted", "refused", "prompt", "fails", "bee"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
}

/// The least of a browser that the page's script needs; then two answers, and what would be saved.
constexpr std::string_view kBrowser = R"js(
const made = {};
const element = () => ({dataset: {}, style: {}, setAttribute() {}, click() {}, firstElementChild: {src: ""}});
const thumbs = ["a", "b", "c"].map(image => Object.assign(element(), {dataset: {image, label: "x, y", file: "f", asks: "?"}}));
let pressed;
const document = {
  querySelectorAll: () => thumbs, getElementById: id => made[id] ??= element(), createElement: element,
  body: {dataset: {key: "k"}}, addEventListener: (_, listener) => { pressed = listener; }};
const store = {};
const localStorage = {getItem: key => store[key] ?? null, setItem: (key, value) => { store[key] = value; }};
let saved;
URL.createObjectURL = blob => { saved = blob; return ""; };
)js";

TEST(ReviewPage, SavesTheAnswersAsTheTableThatIsImported) {
  if (!node_is_here()) GTEST_SKIP() << "no node here to run the page's script";
  const std::string html = review_page("pets", {{"abc", "fly", "abc.png", {}}});
  const std::size_t begin = html.find("<script>") + 8;
  std::string script = html.substr(begin, html.find("</script>", begin) - begin);
  script.erase(script.find("\"use strict\";"), 13);
  const std::string output = node(std::string(kBrowser) + script + R"js(
for (const key of ["n", "ArrowRight", "y", "s", "x"]) pressed({key, preventDefault() {}});
saved.text().then(text => console.log(JSON.stringify([text, store])));
)js");
  const json result = json::parse(output, nullptr, false);
  ASSERT_TRUE(result.is_array()) << output;
  EXPECT_EQ(result[0], "image,label,file,answer\r\na,\"x, y\",f,no\r\nb,\"x, y\",f,\r\nc,\"x, y\",f,yes\r\n");
  EXPECT_EQ(result[1]["scotoma-review-k"], R"([[0,"no"],[2,"yes"]])");
}

}  // namespace
}  // namespace scotoma

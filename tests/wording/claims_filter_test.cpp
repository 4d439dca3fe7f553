// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/claims_filter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "fake/folder.h"
#include "scotoma/core/philox.h"
#include "scotoma/finding/claims.h"
#include "scotoma/report/review_page.h"
#include "scotoma/wording/text.h"

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
  std::vector<Claim> chosen;
  std::vector<Claim> others;
  TrialCounts trials;
};

Claim any_claim(Philox& random) {
  constexpr std::optional<Wave> kWaves[] = {Wave::search, Wave::search, Wave::cross_check, std::nullopt};
  return {40 * random.uniform() - 2, kWaves[random.below(4)]};
}

std::vector<LevelCase> level_cases() {
  Philox random(3);
  constexpr double kLargest = std::numeric_limits<double>::max();
  std::vector<LevelCase> cases = {{{{800, Wave::search}, {2, Wave::search}}, {}, {64, 0, 0}},
                                  {{{-800, Wave::search}, {3, Wave::search}}, {}, {2, 0, 0}},
                                  {{{kLargest, Wave::search}, {1, Wave::search}}, {}, {64, 0, 0}}};
  for (int c = 0; c < 300; ++c) {
    LevelCase one;
    const std::uint32_t count = 1 + random.below(40);
    for (std::uint32_t i = 0; i < count; ++i) one.chosen.push_back(any_claim(random));
    for (std::uint32_t i = random.below(20); i > 0; --i) one.others.push_back(any_claim(random));
    const auto all = static_cast<int>(one.chosen.size() + one.others.size() + random.below(500));
    one.trials = {all, static_cast<int>(random.below(60)), all};
    cases.push_back(one);
  }
  return cases;
}

json claims_json(const std::vector<Claim>& claims) {
  json list = json::array();
  for (const Claim& claim : claims) list.push_back({claim.log_e_value, claim.wave ? static_cast<int>(*claim.wave) : 2});
  return list;
}

json arguments(const LevelCase& c) {
  return {claims_json(c.chosen), claims_json(c.others), {c.trials.search, c.trials.cross_check, c.trials.unwaved}};
}

TEST(ClaimsScript, ComputesTheLevelsOfTheProgram) {
  if (!node_is_here()) GTEST_SKIP() << "no node here to run the report's script";
  json cases = json::array();
  for (const LevelCase& c : level_cases()) cases.push_back(arguments(c));
  const std::string output = node(std::string(kClaimsScript) + "console.log(JSON.stringify(" + cases.dump() +
                                  ".map(c => scotomaLevel(...c))));\n");
  const json levels = json::parse(output, nullptr, false);
  ASSERT_TRUE(levels.is_array()) << output;
  const auto all = level_cases();
  ASSERT_EQ(levels.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double level = claims_level(all[i].chosen, all[i].others, all[i].trials);
    EXPECT_NEAR(levels[i].get<double>(), level, 1e-12 + 1e-9 * level) << i;
  }
}

TEST(ClaimsScript, SaysTheSameSentence) {
  if (!node_is_here()) GTEST_SKIP() << "no node here to run the report's script";
  std::string program(kClaimsScript);
  std::string expected;
  for (const LevelCase& c : level_cases()) {
    program += fmt::format("console.log(scotomaSentence(...{}));\n", arguments(c).dump());
    expected += claims_sentence(c.chosen, c.others, c.trials) + "\n";
  }
  EXPECT_EQ(node(program), expected);
}

/// The least of a browser that the page's script needs: two cards, of which the second is a systematic failure with an
/// exception, a third without a claim that is shown, lines of the list of contents, and a fold of findings without a
/// card.
constexpr std::string_view kPageOfThree = R"js(
const claim = (logE, label, taken, words) => ({hidden: false, dataset: {logE, wave: "0", label, taken, words}});
const fly = claim("9", "fly", "bee", "A fly on a flower is misclassified as a bee.");
const cat = claim("7", "cat", "bee", "A cat on a flower is misclassified as a bee.");
const bee = claim("8", "bee", "", "A bee on a flower is recognised.");
const card = (id, claims, dataset = {}) => ({id, hidden: false, dataset, querySelectorAll: () => claims});
const flower = card("flower", [fly, cat]);
const failing = card("failing", [bee], {label: "bee", taken: "wasp", words: "A bee fails systematically."});
const lines = {flower: {hidden: false}, failing: {hidden: false}};
const more = [claim("9", "cow", "horse", "A cow is misclassified as a horse."), claim("", "pig", "cow", "A pig fails.")];
const fold = {hidden: false, open: false, querySelectorAll: () => more};
const fields = {label: {value: ""}, taken: {value: ""}, words: {value: ""}};
const listeners = {};
const form = {hidden: true, querySelector: s => fields[s.match(/filter=(\w+)/)[1]],
  addEventListener: (name, listener) => { listeners[name] = listener; }};
const level = {dataset: {trials: "64 0 0", beside: "[]"}};
var document = {
  getElementById: id => id === "claims-filter" ? form : level,
  querySelectorAll: s => s === "[data-log-e]" ? [fly, cat, bee, more[0]] : s === "article" ? [flower, failing] :
    s === ".more-findings" ? [fold] :
    [lines[s.match(/data-of="(\w+)"/)[1]]]};
const pick = wanted => {
  for (const key in fields) fields[key].value = wanted[key] ?? "";
  listeners.input();
  return [fly, cat, bee, flower, failing, lines.flower, lines.failing, ...more, fold].map(e => e.hidden ? "-" : "x").join("") + " " +
    level.textContent.slice(0, 16);
};
)js";

TEST(ClaimsScript, HidesWhatIsNotPickedAndCardsOfWhichNothingIsLeft) {
  if (!node_is_here()) GTEST_SKIP() << "no node here to run the report's script";
  const std::string output = node(std::string(kPageOfThree) + std::string(kClaimsScript) + R"js(
console.log(form.hidden, pick({}));
console.log(pick({label: "cat"}));
console.log(pick({taken: "bee", words: "FLY flower"}));
console.log(pick({taken: "wasp"}));
console.log(pick({label: "bee"}));
console.log(pick({words: "zebra"}));
console.log(pick({label: "cow"}), fold.open);
)js");
  EXPECT_EQ(output,
            "false xxxxxxxxxx Of these 4 claim\n"
            "-x-x-x---- Of claims like t\n"
            "x--x-x---- Of claims like t\n"
            "----x-x--- No claim is left\n"  // the systematic failure stands on no claim
            "--x-x-x--- Of claims like t\n"
            "---------- No claim is left\n"
            "-------x-x Of claims like t true\n");
}

TEST(ClaimsSentence, NeverUnderstatesTheLevel) {
  const auto said = [](std::size_t count, double level) {  // with K = 100 of before there were waves
    const Claim claim = {std::log(100 / (static_cast<double>(count) * level)), std::nullopt};
    return claims_sentence(std::vector<Claim>(count, claim), {}, {0, 0, 100});
  };
  EXPECT_EQ(said(7, 0.003), "Of these 7 claims, at most 0.3\u00A0% are expected to be false, by their evidence.");
  EXPECT_EQ(said(7, 0.0031), "Of these 7 claims, at most 0.4\u00A0% are expected to be false, by their evidence.");
  EXPECT_EQ(said(1, 0.201), "Of claims like this one, at most 21\u00A0% are expected to be false, by its evidence.");
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
  const std::string html =
      review_page("pets <b>", {{"abc", "fly \"x\"", "out/images/ab/abc.png", {1, 2, 3}, "a fly \"x\""}});
  expect_runs_only_its_own_script(html);
  EXPECT_NE(html.find("data-asks=\"Is a fly &quot;x&quot; in this image?\""), std::string::npos);
  EXPECT_NE(html.find("data:image/png;base64,AQID"), std::string::npos);
  for (const char* word : {"http://", "https://", "<link", "@import", "url(", "pets <b>"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
}

/// Of others' names: the table that is saved is the one that --csv writes, and what is read turns no text around.
TEST(ReviewPage, SavesTheSameLinesAsTheTableWhateverALabelHolds) {
  const std::string html = review_page("pets", {{"abc", "=1+1, \"x\"\u202E", "abc.png", {}, "a =1+1, \"x\"\u202E"}});
  EXPECT_NE(html.find("data-row=\"" + escape_html("abc,\"'=1+1, \"\"x\"\"<U+202E>\",abc.png,") + "\""),
            std::string::npos);
  EXPECT_NE(html.find(escape_html("Is a =1+1, \"x\"<U+202E> in this image?")), std::string::npos);
  EXPECT_EQ(html.find("\u202E"), std::string::npos);
}

TEST(ReviewPage, DoesNotSayWhatTheJudgeOrTheClassifierAnswered) {
  const std::string html = review_page("pets", {{"abc", "fly", "abc.png", {}, "a fly"}});
  for (const char* word : {"accepted", "refused", "prompt", "fails", "bee"})
    EXPECT_EQ(html.find(word), std::string::npos) << word;
}

/// The least of a browser that the page's script needs; then two answers, and what would be saved.
constexpr std::string_view kBrowser = R"js(
const made = {};
const element = () => ({dataset: {}, style: {}, setAttribute() {}, click() {}, firstElementChild: {src: ""}});
const stubs = ["a", "b", "c"].map(image => Object.assign(element(), {dataset: {image, row: image + ',"x, y",f,', asks: "?"}}));
let pressed;
const document = {
  querySelectorAll: () => stubs, getElementById: id => made[id] ??= element(), createElement: element,
  body: {dataset: {key: "k", columns: "image,label,file,answer"}}, addEventListener: (_, listener) => { pressed = listener; }};
const store = {};
const localStorage = {getItem: key => store[key] ?? null, setItem: (key, value) => { store[key] = value; }};
let saved;
URL.createObjectURL = blob => { saved = blob; return ""; };
)js";

TEST(ReviewPage, SavesTheAnswersAsTheTableThatIsImported) {
  if (!node_is_here()) GTEST_SKIP() << "no node here to run the page's script";
  const std::string html = review_page("pets", {{"abc", "fly", "abc.png", {}, "a fly"}});
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

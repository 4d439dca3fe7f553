// SPDX-License-Identifier: Apache-2.0
// The verbs that read results: whatever bugs.json holds, they print it or say what is wrong; colours on terminals only.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

using nlohmann::json;

json made_up_results() {
  const json rate = {{"failures", 60}, {"valid", 64}, {"invalid", 0}, {"rate", 0.94}, {"low", 0.85}, {"high", 0.98}};
  const json bug = {{"id", "fly-on-a-flower"},
                    {"status", "confirmed"},
                    {"label", "fly"},
                    {"phrase", "on a flower"},
                    {"direction", "fails"},
                    {"predicted", "bee"},
                    {"sentence", "A fly on a flower is misclassified as a bee."},
                    {"prompt", "a photo of a fly on a flower"},
                    {"base", rate},
                    {"explored", rate},
                    {"confirm", rate},
                    {"audit", rate},
                    {"audit_base", nullptr},
                    {"null_rate", 0.1},
                    {"log_e_value", 30.5},
                    {"examples", {{"failing", {"images/ab/abc.png"}}, {"passing", json::array()}}}};
  const json cause = {{"id", "on-a-flower-as-bee"}, {"phrase", "on a flower"},
                      {"predicted", "bee"},         {"sentence", "A fly on a flower is misclassified as a bee."},
                      {"labels", {"fly"}},          {"bugs", {"fly-on-a-flower"}},
                      {"reaches", {"cat"}}};
  const json failure = {{"id", "bee-systematic"},
                        {"label", "bee"},
                        {"class", "bee"},
                        {"sentence", "A bee fails systematically."},
                        {"prompts", {"a photo of a bee"}},
                        {"base", rate},
                        {"predicted", "wasp"},
                        {"exceptions", json::array()},
                        {"examples", {{"failing", {"images/cd/cde.png"}}, {"passing", json::array()}}}};
  return {{"schema_version", 3}, {"study", "small"},  {"seed", 3},
          {"bugs", {bug}},       {"causes", {cause}}, {"systematic_failures", {failure}}};
}

class Results : public testing::Test {
 protected:
  Outcome list(const std::string& bugs, const Circumstances& circumstances = {}) {
    folder_.write("out/bugs.json", bugs);
    return run({"list", study_.string(), "--out", (folder_ / "out").string()}, circumstances);
  }
  Outcome show(const std::string& bugs, const std::string& id = "fly-on-a-flower") {
    folder_.write("out/bugs.json", bugs);
    return run({"show", study_.string(), id, "--out", (folder_ / "out").string()});
  }

  fake::Folder folder_;
  std::filesystem::path study_ = folder_.write("study.toml", small_study());
};

TEST_F(Results, AreListedAndShown) {
  const Outcome listed = list(made_up_results().dump());
  EXPECT_EQ(listed.code, 0) << listed.errors;
  EXPECT_NE(listed.output.find("a photo of a fly on a flower"), std::string::npos) << listed.output;
  const Outcome shown = show(made_up_results().dump());
  EXPECT_EQ(shown.code, 0) << shown.errors;
  EXPECT_NE(shown.output.find("images/ab/abc.png"), std::string::npos) << shown.output;
}

TEST_F(Results, ThatWereNotConfirmedAreShownAsHypotheses) {
  json results = made_up_results();
  const std::string fact = "A fly on a flower is misclassified as a bee.\n";
  const std::string confirmed = show(results.dump()).output;
  EXPECT_TRUE(confirmed.starts_with(fact)) << confirmed;
  EXPECT_NE(confirmed.find("claim  "), std::string::npos) << confirmed;
  results["bugs"][0]["status"] = "not_promising";
  const std::string shown = show(results.dump()).output;
  EXPECT_TRUE(shown.starts_with("A hypothesis that was not confirmed: " + fact)) << shown;
  EXPECT_EQ(shown.find("claim  "), std::string::npos) << shown;
}

TEST_F(Results, OfLongNamesStandInColumns) {
  json results = made_up_results();
  results["bugs"][0]["id"] = "fly-behind-a-very-tall-wooden-fence";
  results["bugs"][0]["predicted"] =
      "r\xC3\xA9"
      "d-spotted-newt\xE2\x80\xAE";
  results["causes"][0]["bugs"] = {"fly-behind-a-very-tall-wooden-fence"};
  const std::string table = list(results.dump()).output;
  const auto column = [&](const std::string& word, const std::string& line_of) {
    const std::size_t begin = table.rfind('\n', table.find(line_of)) + 1;
    std::size_t columns = 0;
    for (std::size_t at = begin; at < table.find(word, begin); ++at)
      columns += (static_cast<unsigned char>(table[at]) & 0xC0U) != 0x80U ? 1U : 0U;
    return columns;
  };
  EXPECT_EQ(column("prompt", "status"), column("a photo of a fly", "  fly-behind")) << table;
  EXPECT_EQ(column("prompt", "status"), column("a photo of a bee", "\n  bee-systematic")) << table;
}

TEST_F(Results, OfWhichAllIsDoubtfulSaySo) {
  json results = made_up_results();
  results["doubts"] = {"The judge refused 16 of 16 baseline images."};
  const Outcome listed = list(results.dump());
  EXPECT_EQ(listed.code, 0);
  EXPECT_NE(listed.errors.find("? The judge refused 16 of 16 baseline images."), std::string::npos) << listed.errors;
  EXPECT_NE(show(results.dump()).errors.find("? The judge refused"), std::string::npos);
  results["doubts"] = 7;
  EXPECT_NE(list(results.dump()).errors.find("'doubts'"), std::string::npos);
}

TEST_F(Results, AreListedByCauseAndShownByTheIdsOfAllKinds) {
  const std::string bugs = made_up_results().dump();
  const std::string table = list(bugs).output;
  const std::size_t cause = table.find("on-a-flower-as-bee: A fly on a flower is misclassified as a bee.");
  const std::size_t bug = table.find("\n  fly-on-a-flower ");
  const std::size_t failure = table.find("bee-systematic: A bee fails systematically.");
  ASSERT_NE(failure, std::string::npos) << table;
  EXPECT_LT(cause, bug) << table;
  EXPECT_LT(bug, failure) << table;
  EXPECT_NE(table.find("\n  bee-systematic "), std::string::npos) << table;
  const std::string shown = show(bugs, "on-a-flower-as-bee").output;
  for (const char* words :
       {"misclassified as       bee", "fly-on-a-flower: A fly on a flower", "also, by cross-check   cat"})
    EXPECT_NE(shown.find(words), std::string::npos) << words << "\n" << shown;
  EXPECT_NE(show(bugs, "bee-systematic").output.find("images/cd/cde.png"), std::string::npos);
  const Outcome unknown = show(bugs, "bee");
  EXPECT_EQ(unknown.code, 2);
  for (const char* id : {"on-a-flower-as-bee", "bee-systematic", "fly-on-a-flower"})
    EXPECT_NE(unknown.errors.find(id), std::string::npos) << unknown.errors;
}

TEST_F(Results, OfVersion1AreListedByCauseAndWithTheirSystematicFailures) {
  const std::string old = read_file(kCases / "results/bugs_version1.json");
  const Outcome listed = list(old);
  EXPECT_EQ(listed.code, 0) << listed.errors;
  for (const char* words : {"on-a-flower-as-bee: A fly on a flower is misclassified as a bee.", "\n  fly-on-a-flower ",
                            "bee-systematic: A bee fails systematically: ", "\n  bee-on-a-flower "})
    EXPECT_NE(listed.output.find(words), std::string::npos) << words << "\n" << listed.output;
  EXPECT_EQ(show(old, "bee-systematic").code, 0);
  json damaged = json::parse(old);
  damaged["labels"][0].erase("base");
  EXPECT_NE(list(damaged.dump()).errors.find("'labels'"), std::string::npos);
}

TEST_F(Results, ThatWereNotWrittenWithTheReportBesideThemAreRefused) {
  const std::string bugs = made_up_results().dump();
  folder_.write("out/report.html", "<html></html>\n<!-- bugs.json: " + std::string(64, '0') + " -->\n");
  const Outcome listed = list(bugs);
  EXPECT_EQ(listed.code, 2) << listed.output;
  EXPECT_NE(listed.errors.find("not written together"), std::string::npos) << listed.errors;
  EXPECT_NE(listed.errors.find("scotoma report"), std::string::npos) << listed.errors;
  folder_.write("out/report.html", "<html></html>\n");  // as older programs wrote it
  EXPECT_EQ(list(bugs).code, 0);
}

TEST_F(Results, AreFilteredAndTheLevelIsThatOfWhatIsListed) {
  json results = made_up_results();
  results["schema_version"] = 1;  // the causes are found anew
  const auto add = [&](const char* id, const char* label, const char* phrase, const char* taken, double log_e,
                       const char* status = "confirmed") {
    json bug = results["bugs"][0];
    bug.update({{"id", id}, {"label", label}, {"phrase", phrase}, {"predicted", taken}, {"log_e_value", log_e}});
    bug["status"] = status;
    results["bugs"].push_back(bug);
  };
  add("fly-in-the-Snow", "fly", "in the Snow", "cat", 9);
  add("cow-on-a-flower", "cow", "on a flower", "bee", 12);
  add("cow-blurry", "cow", "blurry", "", 40, "not_generatable");
  results["bugs"][3]["prompt"] = "a blurry cow";
  results["claims"] = {{"slots", 64}};
  folder_.write("out/bugs.json", results.dump());
  const auto listed = [&](std::vector<std::string> filters) {
    filters.insert(filters.begin(), {"list", study_.string(), "--out", (folder_ / "out").string()});
    return run(filters).output;
  };
  const auto ids = [](const std::string& output) {
    std::string found;
    for (const char* id : {"fly-on-a-flower", "fly-in-the-Snow", "cow-on-a-flower"})
      found += output.find(id) == std::string::npos ? "-" : "+";
    return found;
  };
  const std::string all = listed({});
  EXPECT_EQ(ids(all), "+++");
  EXPECT_NE(all.find("Of these 3 claims, at most 0.3\u00A0%"), std::string::npos) << all;
  EXPECT_NE(all.find("the generator cannot show this: a blurry cow"), std::string::npos) << all;
  EXPECT_EQ(ids(listed({"--label", "fly"})), "++-");
  EXPECT_EQ(ids(listed({"--word", "snow"})), "-+-");
  EXPECT_EQ(ids(listed({"--misclassified-as", "bee"})), "+-+");
  // K = 64 and e^9 = 8103: 64 / 8103 = 0.79 %, a third of it for three.
  EXPECT_NE(listed({"--word", "snow"}).find("Of claims like this one, at most 0.8\u00A0%"), std::string::npos);
  EXPECT_EQ(listed({"--label", "bee"}).find("no such bug was confirmed"), 0U);
  EXPECT_EQ(listed({"--misclassified-as", "horse"}).find("no such bug was confirmed"), 0U)
      << "the classifier has that class";
  results.erase("claims");
  folder_.write("out/bugs.json", results.dump());
  EXPECT_EQ(listed({}).find("expected to be false"), std::string::npos) << "results of an older program tell no level";
}

TEST_F(Results, AFilterThatNothingCanPassIsRefused) {
  folder_.write("out/bugs.json", made_up_results().dump());
  const auto listed = [&](const char* filter, const char* value) {
    return run({"list", study_.string(), "--out", (folder_ / "out").string(), filter, value});
  };
  const Outcome label = listed("--label", "zebra");
  EXPECT_EQ(label.code, 2);
  EXPECT_NE(label.errors.find("--label zebra: the study has no such label; it has bee, fly"), std::string::npos)
      << label.errors;
  const Outcome answer = listed("--misclassified-as", "zebra");
  EXPECT_EQ(answer.code, 2);
  EXPECT_NE(answer.errors.find("--misclassified-as zebra: the classifier has no such class"), std::string::npos)
      << answer.errors;
  EXPECT_NE(answer.errors.find("misclassified as bee"), std::string::npos) << answer.errors;
}

TEST_F(Results, TellWhatAPersonsReviewMakesOfThem) {
  json results = made_up_results();
  results["bugs"][0]["reviewed"] = {{"reviewed", 40}, {"disagreed", 2}, {"rate", 0.92}, {"low", 0.84}, {"high", 0.97}};
  const std::string words =
      "92\u00A0% fail (84 to 97\u00A0%) among images that truly show a fly, from 40 reviewed images";
  EXPECT_NE(list(results.dump()).output.find(words), std::string::npos);
  EXPECT_NE(show(results.dump()).output.find(words), std::string::npos);
  results["bugs"][0]["reviewed"] = 1;
  EXPECT_EQ(list(results.dump()).code, 2);
}

TEST_F(Results, OfAnotherTypeAreRefused) {
  for (const char* text :
       {"", "{", "1", "[]", "null", "{}", R"({"bugs":[{}]})", R"({"bugs":[1]})", R"({"schema_version":1,"bugs":[]})",
        R"({"schema_version":1,"study":"small","bugs":[1]})", R"({"schema_version":1,"study":"small","bugs":[{}]})",
        R"({"schema_version":"1","study":"small","bugs":[]})", R"({"schema_version":1,"study":1,"bugs":[]})",
        R"({"schema_version":1,"study":"small","bugs":{}})", "{\"schema_version\":1,\"study\":\"\xff\",\"bugs\":[]}"}) {
    for (const Outcome& outcome : {list(text), show(text)}) {
      EXPECT_EQ(outcome.code, 2) << text << "\n" << outcome.errors;
      EXPECT_NE(outcome.errors.find("bugs.json"), std::string::npos) << outcome.errors;
    }
  }
}

TEST_F(Results, WithoutAFieldThatIsPrintedAreRefusedAndItIsNamed) {
  const json whole = made_up_results();
  for (const auto& [key, value] : whole["bugs"][0].items()) {
    json lacking = whole;
    lacking["bugs"][0].erase(key);
    json odd = whole;
    odd["bugs"][0][key] = json::array({1});
    for (const Outcome& outcome : {list(lacking.dump()), show(odd.dump())}) {
      EXPECT_EQ(outcome.code, 2) << key;
      EXPECT_NE(outcome.errors.find("'" + key + "'"), std::string::npos) << outcome.errors;
    }
  }
}

TEST_F(Results, WithoutAFieldOfACauseOrSystematicFailureAreRefusedAndItIsNamed) {
  const json whole = made_up_results();
  for (const char* list_name : {"causes", "systematic_failures"}) {
    json lacking = whole;
    lacking.erase(list_name);
    EXPECT_NE(list(lacking.dump()).errors.find(std::string("'") + list_name + "'"), std::string::npos);
    for (const auto& [key, value] : whole[list_name][0].items()) {
      json odd = whole;
      odd[list_name][0][key] = json::array({1});
      const Outcome outcome = list(odd.dump());
      EXPECT_EQ(outcome.code, 2) << key;
      EXPECT_NE(outcome.errors.find("'" + key + "'"), std::string::npos) << outcome.errors;
    }
  }
}

TEST_F(Results, OfANewerProgramAreRefused) {
  json newer = made_up_results();
  newer["schema_version"] = 99;
  const Outcome outcome = list(newer.dump());
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("newer"), std::string::npos) << outcome.errors;
}

TEST_F(Results, OfAnotherStudyAreRefusedAndNotOverwritten) {
  json other = made_up_results();
  other["study"] = "pets";
  for (const Outcome& outcome : {list(other.dump()), show(other.dump())}) {
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.errors.find("of the study 'pets'"), std::string::npos) << outcome.errors;
  }
  const Outcome found = run({"find", study_.string(), "--out", (folder_ / "out").string()});
  EXPECT_EQ(found.code, 2);
  EXPECT_NE(found.errors.find("'pets'"), std::string::npos) << found.errors;
  EXPECT_EQ(json::parse(read_file(folder_ / "out/bugs.json")), other);
}

TEST_F(Results, ThatAreNotThereLeaveNoFolder) {
  for (const std::vector<std::string>& verb : {std::vector<std::string>{"list"}, {"show", "fly-on-a-flower"}}) {
    std::vector<std::string> arguments = verb;
    arguments.insert(arguments.begin() + 1, study_.string());
    arguments.insert(arguments.end(), {"--out", (folder_ / "new").string()});
    EXPECT_EQ(run(arguments).code, 2) << verb[0];
    EXPECT_FALSE(std::filesystem::exists(folder_ / "new")) << verb[0];
  }
}

TEST_F(Results, OnAFullDiskAreAnErrorOfTheDisk) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  json many = made_up_results();
  for (int i = 0; i < 400; ++i) many["bugs"].push_back(many["bugs"][0]);
  for (const json& bugs : {made_up_results(), many}) {  // within the buffer of standard output, and beyond it
    const Outcome outcome = list(bugs.dump(), {.output_file = "/dev/full"});
    EXPECT_EQ(outcome.code, 1) << outcome.errors;
    EXPECT_NE(outcome.errors.find("standard output: cannot be written"), std::string::npos) << outcome.errors;
    EXPECT_EQ(outcome.errors.find("bug of ours"), std::string::npos) << outcome.errors;
  }
}

const std::string kEscape = "\x1b[";

TEST_F(Results, AreColouredOnATerminalOnly) {
  const std::string bugs = made_up_results().dump();
  EXPECT_NE(list(bugs, {.terminal = true}).output.find(kEscape + "1m"), std::string::npos);
  const Outcome plain = list(bugs, {.terminal = true, .environment = {{"NO_COLOR", "1"}}});
  EXPECT_NE(plain.output.find("fly-on-a-flower"), std::string::npos);
  EXPECT_EQ(plain.output.find(kEscape), std::string::npos) << plain.output;
  EXPECT_EQ(list(bugs).output.find(kEscape), std::string::npos);
}

TEST(Errors, AreColouredOnATerminalOnly) {
  const std::vector<std::string> wrong = {"find", "no-such-study.toml"};
  EXPECT_NE(run(wrong, {.terminal = true}).output.find(kEscape + "31m"), std::string::npos);
  const Outcome plain = run(wrong, {.terminal = true, .environment = {{"NO_COLOR", "1"}}});
  EXPECT_NE(plain.output.find("no-such-study.toml"), std::string::npos);
  EXPECT_EQ(plain.output.find(kEscape), std::string::npos) << plain.output;
  EXPECT_EQ(run(wrong).errors.find(kEscape), std::string::npos);
}

}  // namespace
}  // namespace scotoma::e2e

// SPDX-License-Identifier: Apache-2.0
// Whatever is wrong with the input: one clear message, the right exit code, no crash.
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/program.h"
#include "fake/folder.h"

namespace scotoma::e2e {
namespace {

struct Case {
  std::string name;
  std::string from;  ///< in the small study
  std::string to;
  std::vector<std::string> says;  ///< all of these stand in the message
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class RefusedStudy : public testing::TestWithParam<Case> {};

TEST_P(RefusedStudy, IsRefusedWithAMessage) {
  const fake::Folder folder;
  const auto study = folder.write("study.toml", small_study({{GetParam().from, GetParam().to}}));
  const Outcome outcome = run({"find", study.string(), "--out", (folder / "out").string(), "--quiet"});
  EXPECT_EQ(outcome.code, 2) << outcome.errors;
  EXPECT_TRUE(outcome.errors.starts_with("scotoma:")) << outcome.errors;
  for (const std::string& word : GetParam().says) {
    EXPECT_NE(outcome.errors.find(word), std::string::npos) << "'" << word << "' is not in: " << outcome.errors;
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "out" / "bugs.json"));
}

const std::string kClassifier = kWorldText + "/classifiers/resnet_skewed.onnx";

INSTANTIATE_TEST_SUITE_P(
    Cases, RefusedStudy,
    testing::Values(
        Case{"UnknownKey", "precision =", "precison =", {"study.toml:", "precison", "did you mean 'precision'"}},
        Case{"KOfARuleThatReadsNone",
             "[budget]",
             "[failure]\nk = 3\n[budget]",
             {"study.toml:", "failure.k", "top-k", "top-1"}},
        Case{"ThresholdOfARuleThatReadsNone",
             "[budget]",
             "[failure]\nrule = \"top-k\"\nthreshold = 0.3\n[budget]",
             {"study.toml:", "failure.threshold", "low-score"}},
        Case{"UnknownFailureRule",
             "[budget]",
             "[failure]\nrule = \"top-5\"\n[budget]",
             {"study.toml:", "failure.rule", "top-k"}},
        Case{"WrongType", "base = 32", "base = \"many\"", {"study.toml:", "budget.base", "whole number"}},
        Case{"MissingModelFile",
             "/resnet_skewed.onnx",
             "/nothing.onnx",
             {"classifier.model", "nothing.onnx", "does not exist"}},
        Case{"TruncatedModel", kClassifier, kModelsText + "/truncated.onnx", {"truncated.onnx"}},
        Case{"NotAClassifier", kClassifier, kModelsText + "/two_inputs.onnx", {"two_inputs.onnx"}},
        Case{"NamesDoNotMatch",
             kWorldText + "/classifiers/labels.json",
             kWorldText + "/judge.labels.json",
             {"17", "16"}},
        Case{"LabelWithoutClass", "\"fly\", \"bee\"", "\"fly\", \"unicorn\"", {"unicorn", "no class"}},
        Case{"LabelTheJudgeDoesNotKnow",
             kWorldText + "/judge.labels.json",
             kModelsText + "/seventeen.labels.json",
             {"judge"}},
        Case{"LabelThatAFurtherJudgeDoesNotKnow",
             "[budget]",
             "[[judge.ensemble]]\nmodel = \"" + kWorldText + "/judge.onnx\"\nlabels = \"" + kModelsText +
                 "/seventeen.labels.json\"\n[budget]",
             {"seventeen.labels.json", "label 'bee': no class of", "rename that class"}},
        Case{"FurtherJudgeBesideNone",
             "kind = \"classifier\"",
             "kind = \"none\"\nensemble = [{model = \"a.onnx\", labels = \"a.txt\"}]",
             {"study.toml:", "[[judge.ensemble]]", "judge.kind"}},
        Case{
            "PromptWithoutLabel", "[budget]", "[prompts]\nbase = [\"a photo\"]\n[budget]", {"prompts.base", "{label}"}},
        Case{"GeneratorIsNoFolder", kWorldText + "/generator", kWorldText + "/judge.onnx", {"judge.onnx"}},
        Case{"BudgetBelowTheBaseImages", "images = 400", "images = 10", {"budget.images", "64"}}),
    [](const auto& test) { return test.param.name; });

TEST(BadModel, ThatOnlyGivesNaNIsRefusedBeforeAnythingIsGenerated) {
  const fake::Folder folder;
  const auto study =
      folder.write("study.toml", small_study({{"\"fly\", \"bee\"", "\"red\""},
                                              {kClassifier, kModelsText + "/always_nan.onnx"},
                                              {kWorldText + "/classifiers/labels.json", kModelsText + "/names.json"},
                                              {"kind = \"classifier\"", "kind = \"none\""}}));
  const Outcome outcome = run({"find", study.string(), "--out", (folder / "out").string(), "--quiet"});
  EXPECT_NE(outcome.errors.find("NaN"), std::string::npos) << outcome.errors;
  EXPECT_EQ(outcome.code, 2) << outcome.errors;
  EXPECT_FALSE(std::filesystem::exists(folder / "out" / "bugs.json"));
}

class BadFolder : public testing::Test {
 protected:
  Outcome find() { return run({"find", study_.string(), "--out", (folder_ / "out").string(), "--quiet"}); }
  fake::Folder folder_;
  std::filesystem::path study_ = folder_.write("study.toml", small_study());
};

TEST_F(BadFolder, OutIsAFile) {
  folder_.write("out", "a file");
  const Outcome outcome = find();
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("choose another folder"), std::string::npos) << outcome.errors;
}

TEST_F(BadFolder, CacheIsOfOtherBytes) {
  folder_.write("out/cache.sqlite", std::string(5000, 'x'));
  const Outcome outcome = find();
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("cache.sqlite"), std::string::npos) << outcome.errors;
}

TEST_F(BadFolder, ADamagedImageIsGeneratedAnewByFindAndNamedByReport) {
  ASSERT_EQ(find().code, 0);
  const auto bugs = read_file(folder_ / "out" / "bugs.json");
  const auto spoil = [&](bool whole) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "out" / "images")) {
      if (!entry.is_regular_file()) continue;
      const auto bytes = read_file(entry.path());  // whole: a PNG by its ends, but nothing that can be decoded
      std::ofstream out(entry.path(), std::ios::binary);
      whole ? out << bytes.substr(0, 40) << bytes.substr(bytes.size() - 12) : out << "no image";
    }
  };
  spoil(false);
  const Outcome again = find();
  EXPECT_EQ(again.code, 0) << again.errors;
  EXPECT_EQ(read_file(folder_ / "out" / "bugs.json"), bugs);
  spoil(true);
  const Outcome report = run({"report", study_.string(), "--out", (folder_ / "out").string()});
  EXPECT_EQ(report.code, 1);
  EXPECT_NE(report.errors.find(".png"), std::string::npos) << report.errors;
  EXPECT_NE(report.errors.find("run the study again"), std::string::npos) << report.errors;
}

TEST(CommandLine, ExitsWithTwoAndSaysWhatIsWrong) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"nonsense"},
                                             {"find"},
                                             {"find", "no-such-study.toml"},
                                             {"find", "/", "--quiet"},
                                             {"list", "no-such-study.toml"}}) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << (arguments.empty() ? "no verb" : arguments.front());
    EXPECT_FALSE(outcome.errors.empty());
  }
}

TEST(CommandLine, SaysWhoseProgramKnowsRay) {
  const fake::Folder folder;
  const auto study = folder.write("study.toml", small_study());
  const Outcome outcome = run({"find", study.string(), "--out", (folder / "out").string(), "--ray", "auto"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.errors.find("pip install 'scotoma[ray]'"), std::string::npos) << outcome.errors;
}

TEST(CommandLine, NamesTheNearestVerbForOneThatThereIsNot) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"fnid", "x"}, "find"},
      {{"raport", "x", "--out", "y"}, "report"},
      {{"--quiet", "transfr"}, ""},    // the option is what is wrong first
      {{"try-loadin"}, "completion"},  // and never the verb that is not for people
  };
  for (const auto& [arguments, verb] : cases) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 2) << arguments.front();
    const std::string says = "scotoma: unknown verb '" + arguments.front() + "'; did you mean '" + verb + "'?";
    EXPECT_EQ(outcome.errors.find(says) == 0, !verb.empty()) << outcome.errors;
  }
  EXPECT_EQ(run({"fnid", "--help"}).code, 0);
}

}  // namespace
}  // namespace scotoma::e2e

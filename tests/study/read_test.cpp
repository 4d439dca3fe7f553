// SPDX-License-Identifier: Apache-2.0
#include "scotoma/study/read.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fake/folder.h"
#include "fake/places.h"
#include "scotoma/study/options.h"
#include "scotoma/wording/settings.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

const fs::path kStudies = kCases / "study";

std::vector<fs::path> bad_studies() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kStudies / "bad")) {
    if (entry.path().extension() == ".toml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// The values of `# key: value` lines.
std::vector<std::string> notes(const fs::path& file, const std::string& key) {
  std::vector<std::string> values;
  std::ifstream in(file);
  const std::string start = "# " + key + ": ";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(start)) values.push_back(line.substr(start.size()));
  }
  return values;
}

class BadStudy : public testing::TestWithParam<fs::path> {};

TEST_P(BadStudy, IsRefusedWithFileLineAndReason) {
  const auto study = read_study(GetParam());
  ASSERT_FALSE(study.ok());
  EXPECT_EQ(study.error().code, Code::bad_input);
  const std::string& message = study.error().message;
  const std::string line = notes(GetParam(), "line").at(0);
  const std::string place = line == "0" ? ": " : fmt::format(":{}:", line);
  EXPECT_TRUE(message.starts_with(GetParam().string() + place)) << message << "\nwanted line " << line;
  for (const std::string& says : notes(GetParam(), "says")) {
    EXPECT_NE(message.find(says), std::string::npos) << message << "\nwanted: " << says;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, BadStudy, testing::ValuesIn(bad_studies()),
                         [](const auto& one) { return one.param.stem().string(); });

TEST(ReadStudy, FillsInWhatIsNotSaid) {
  const auto study = read_study(kStudies / "good/smallest.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->name, "smallest");
  ASSERT_EQ(study->labels.size(), 2U);
  EXPECT_EQ(study->labels[0].name, "fly");
  EXPECT_EQ(study->labels[0].class_name, "fly");
  EXPECT_EQ(study->generator.model, kStudies / "good/there.txt");
  EXPECT_EQ(study->budget.images, BudgetOptions().images);
  EXPECT_EQ(study->judge.kind, JudgeKind::none);
}

/// A worker of a cluster classifies the images of one batch of the generator, and a network's batch is always whole.
TEST(ReadStudy, NetworksTakeNoMoreAtOnceThanTheGeneratorMakes) {
  const Study study;
  EXPECT_LE(study.classifier.batch, study.generator.batch);
  EXPECT_LE(study.judge.batch, study.generator.batch);
}

TEST(ReadStudy, TakesLabelsAsAListAndAsTables) {
  const auto study = read_study(kStudies / "good/labels_as_tables.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->name, "insects");
  ASSERT_EQ(study->labels.size(), 3U);
  EXPECT_EQ(study->labels[1].name, "honey bee");
  EXPECT_EQ(study->labels[1].class_name, "bee");
  EXPECT_EQ(study->labels[1].hypernym, "insect");
  EXPECT_EQ(study->labels[1].synonyms, (std::vector<std::string>{"bee", "honeybee"}));
  EXPECT_EQ(study->labels[1].article, std::nullopt);
  EXPECT_EQ(study->labels[2].class_name, "ant");
  EXPECT_EQ(study->labels[2].article, "");
  EXPECT_EQ(study->generator.guidance, 1);
  EXPECT_EQ(study->classifier.preprocessing.mean, (std::vector<double>{123.675, 116, 103.53}));
  EXPECT_EQ(study->classifier.model, kStudies / "good/there.txt");
}

TEST(ReadStudy, TakesListsOfPhrases) {
  const auto study = read_study(kStudies / "good/lists.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  ASSERT_EQ(study->attributes.size(), 3U);
  EXPECT_EQ(study->attributes[0].name, "places");
  EXPECT_EQ(study->attributes[0].phrases, (std::vector<ListedPhrase>{{"on a flower", false}, {"in the snow", false}}));
  EXPECT_EQ(study->attributes[1].phrases,
            (std::vector<ListedPhrase>{{"dark", true}, {"blurry", true}, {"in the rain", false}}));
  EXPECT_TRUE(study->attributes[0].combinable);
  EXPECT_FALSE(study->attributes[2].combinable);
  EXPECT_EQ(study->search.interaction_strength, 2);
  EXPECT_EQ(study->search.source, PhraseSource::none);
}

TEST(ReadStudy, NeedsNoCaptionerAndNoEmbedderWhereNothingIsDescribed) {
  const fake::Folder folder;
  folder.write("there.txt", "");
  const auto study = read_study(folder.write("study.toml", R"(labels = ["fly"]
generator.model = "there.txt"
classifier.model = "there.txt"
classifier.labels = "there.txt"
search.source = "none"
[[attributes]]
name = "places"
phrases = ["on a flower"]
)"));
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_FALSE(uses_captioner(*study));
  EXPECT_FALSE(uses_embedder(*study));
  EXPECT_FALSE(settings_json(*study)["generator"].contains("kind")) << "it is the usual one";
}

TEST(ReadStudy, KnowsWhetherAStudyAsksForACertificateAndShowsItsSettingsOnlyThen) {
  const fake::Folder folder;
  folder.write("there.txt", "");
  const std::string text = R"(labels = ["fly"]
generator.model = "there.txt"
classifier.model = "there.txt"
classifier.labels = "there.txt"
search.source = "none"
[[attributes]]
name = "places"
phrases = ["on a flower"]
)";
  const auto without = read_study(folder.write("without.toml", text));
  ASSERT_TRUE(without.ok()) << without.error().message;
  EXPECT_FALSE(without->certify.in_study);
  EXPECT_FALSE(settings_json(*without).contains("certify"));
  const auto empty = read_study(folder.write("empty.toml", text + "[certify]\n"));
  ASSERT_TRUE(empty.ok()) << empty.error().message;
  EXPECT_TRUE(empty->certify.in_study);
  EXPECT_EQ(settings_json(*empty)["certify"]["size"], 0.2);
}

TEST(ReadStudy, TakesKeysByTheirOldNamesAndSaysWhatTheyAreCalledNow) {
  const auto old = read_study(kStudies / "good/old_keys.toml");
  const auto now = read_study(kStudies / "good/new_keys.toml");
  ASSERT_TRUE(old.ok()) << old.error().message;
  ASSERT_TRUE(now.ok()) << now.error().message;
  EXPECT_EQ(settings_json(*old), settings_json(*now));
  EXPECT_FALSE(old->attributes[2].combinable);
  EXPECT_TRUE(now->notes.empty());
  const std::string file = (kStudies / "good/old_keys.toml").string();
  const std::vector<std::string> notes = {
      file + ":33: 'attributes.combine' is called 'attributes.combinable' now",
      file + ":17: 'budget.first_look' is called 'budget.initial_images' now",
      file + ":19: 'evidence.everywhere' is called 'evidence.failing_label_threshold' now",
      file + ":13: 'judge.also' is called 'judge.ensemble' now",
      file + ":21: 'search.combine' is called 'search.interaction_strength' now",
      file + ":22: 'search.same_phrase' is called 'search.phrase_similarity' now"};
  EXPECT_EQ(old->notes, notes);
}

TEST(ReadStudy, AFurtherNetworkOfTheJudgeTakesFromTheFirstWhatItDoesNotSay) {
  const auto study = read_study(kStudies / "good/ensemble.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  const auto all = networks(study->judge);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].model, kStudies / "good/there.txt");
  EXPECT_EQ(all[1].model, kStudies / "good/lists.toml");
  EXPECT_EQ(all[1].labels, kStudies / "good/ensemble.toml");
  EXPECT_EQ(all[1].output, Scores::logits);
  EXPECT_EQ(all[1].preprocessing.width, 32);
  EXPECT_EQ(all[1].preprocessing.mean, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(all[2].labels, kStudies / "good/lists.toml");
  EXPECT_EQ(all[2].output, Scores::probabilities);
  EXPECT_EQ(all[2].preprocessing.width, 0) << "said, though it is the default";
  EXPECT_EQ(all[2].preprocessing.mean, (std::vector<double>{4, 5, 6}));
  for (const ClassifierOptions& each : all) {
    EXPECT_EQ(each.preprocessing.channels, ChannelOrder::bgr);
    EXPECT_EQ(each.batch, 5);
  }
}

TEST(JudgedBy, PutsANetworkWhereTheOptionsOfTheJudgeReachIt) {
  const auto study = read_study(kStudies / "good/ensemble.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  for (const ClassifierOptions& each : networks(study->judge)) {
    const Study own = judged_by(*study, each);
    ASSERT_EQ(networks(own.judge).size(), 1U);
    const ClassifierOptions back = networks(own.judge).front();
    EXPECT_EQ(back.model, each.model);
    EXPECT_EQ(back.labels, each.labels);
    EXPECT_EQ(back.output, each.output);
    EXPECT_EQ(back.batch, each.batch);
    EXPECT_EQ(back.preprocessing.mean, each.preprocessing.mean);
    EXPECT_EQ(own.judge.threshold, 0.7);
  }
}

TEST(ReadStudy, AMissingFileAndAFolderAreErrorsThatNameThem) {
  const fake::Folder folder;
  for (const fs::path& path : {folder / "no.toml", folder.path()}) {
    const auto study = read_study(path);
    ASSERT_FALSE(study.ok());
    EXPECT_EQ(study.error().code, Code::bad_input);
    EXPECT_TRUE(study.error().message.starts_with(path.string())) << study.error().message;
  }
}

TEST(ReadClassifier, TakesATableByItselfAndThatOfAWholeStudy) {
  const fake::Folder folder;
  folder.write("models/other.onnx", "");
  folder.write("names.txt", "");
  const std::string table =
      "[classifier]\nmodel = \"models/other.onnx\"\nlabels = \"names.txt\"\nchannels = \"bgr\"\nmean = [1, 2, 3]\n";
  for (const std::string rest : {"", "labels = [\"fly\"]\n[generator]\nmodel = \"is not looked at\"\n"}) {
    const auto read = read_classifier(folder.write("other.toml", rest + table));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->model, (folder / "models/other.onnx").lexically_normal());
    EXPECT_EQ(read->labels, (folder / "names.txt").lexically_normal());
    EXPECT_EQ(read->preprocessing.channels, ChannelOrder::bgr);
    EXPECT_EQ(read->preprocessing.mean, (std::vector<double>{1, 2, 3}));
  }
}

TEST(ReadClassifier, AnEmptyWordIsNoChoice) {
  const fake::Folder folder;
  folder.write("other.onnx", "");
  folder.write("names.txt", "");
  const std::string table = "[classifier]\nmodel = \"other.onnx\"\nlabels = \"names.txt\"\n";
  const auto chosen = read_classifier(folder.write("a.toml", table + "layout = \"nhwc\"\noutput = \"logits\"\n"));
  ASSERT_TRUE(chosen.ok()) << chosen.error().message;
  EXPECT_EQ(chosen->preprocessing.layout, InputLayout::nhwc);
  EXPECT_EQ(chosen->output, Scores::logits);
  const auto open = read_classifier(folder.write("b.toml", table + "layout = \"\"\noutput = \"\"\n"));
  ASSERT_TRUE(open.ok()) << open.error().message;
  EXPECT_EQ(open->preprocessing.layout, std::nullopt);
  EXPECT_EQ(open->output, std::nullopt);
  EXPECT_FALSE(read_classifier(folder.write("c.toml", table + "fit = \"\"\n")).ok());
}

TEST(ReadClassifier, RefusesWhatReadStudyRefusesInThatTable) {
  const fake::Folder folder;
  folder.write("other.onnx", "");
  const std::string model = "[classifier]\nmodel = \"other.onnx\"\n";
  const std::pair<std::string, const char*> cases[] = {
      {"", "classifier.model"},
      {model, "classifier.labels"},
      {model + "labels = \"gone.txt\"\n", "gone.txt does not exist"},
      {model + "labels = \"other.onnx\"\nchanels = \"bgr\"\n", "did you mean 'channels'"},
      {model + "labels = \"other.onnx\"\nbatch = 0\n", "classifier.batch"},
      {"[classifier", "not valid TOML"}};
  for (const auto& [text, says] : cases) {
    const auto read = read_classifier(folder.write("other.toml", text));
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().code, Code::bad_input);
    EXPECT_NE(read.error().message.find(says), std::string::npos) << read.error().message;
  }
  EXPECT_FALSE(read_classifier(folder / "nothing.toml").ok());
}

TEST(ReadStudy, PathsAreRelativeToTheStudyAndNotToTheWorkingFolder) {
  const fake::Folder folder;
  folder.write("models/m", "");
  const auto file =
      folder.write("studies/s.toml",
                   "labels = [\"fly\"]\ngenerator.model = \"../models/m\"\nclassifier.model = \"../models/m\"\n"
                   "classifier.labels = \"../models/m\"\ncaptioner.model = \"../models/m\"\n"
                   "embedder.model = \"../models/m\"\n");
  const auto study = read_study(file);
  ASSERT_TRUE(study.ok()) << study.error().message;
  EXPECT_EQ(study->embedder.model, folder / "models/m");
}

TEST(ReadStudy, DoesNotDependOnHowItsPathWasTyped) {
  const fs::path file = kStudies / "good/labels_as_tables.toml";
  const fs::path typed = fs::relative(file);
  ASSERT_TRUE(typed.is_relative());
  const auto one = read_study(file);
  const auto other = read_study(typed);
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_EQ(one->file, file.lexically_normal());
  EXPECT_EQ(other->file, one->file);
  EXPECT_EQ(other->classifier.model, one->classifier.model);

  const fs::path wrong = fs::relative(bad_studies().at(0));
  const auto refused = read_study(wrong);
  ASSERT_FALSE(refused.ok());
  EXPECT_TRUE(refused.error().message.starts_with(wrong.string())) << refused.error().message;
}

/// A value of the option's type, unlike its default, as it stands in a file.
struct Unusual {
  const Option& option;
  int number;

  std::string operator()(Field<bool>) const { return "true"; }
  std::string operator()(Field<int>) const { return whole(); }
  std::string operator()(Field<std::uint64_t>) const { return whole(); }
  std::string operator()(Field<double>) const {
    if (option.key == "alpha0") return "0.0625";
    return fmt::format("{}", option.low + (option.high - option.low) * (0.25 + 0.001 * number));
  }
  std::string operator()(Field<std::string>) const {
    if (!option.choices.empty()) return fmt::format("\"{}\"", option.choices.back());
    return option.table == "prompts" ? fmt::format("\"{{base}} ({}) {{phrase}}\"", number)
                                     : fmt::format("\"text {}\"", number);
  }
  std::string operator()(const ChoiceField&) const { return fmt::format("\"{}\"", option.choices.back()); }
  std::string operator()(Field<fs::path>) const { return fmt::format("\"/f{}\"", number); }
  std::string operator()(Field<std::vector<std::string>>) const { return "[\"one {label}\", \"two {a label}\"]"; }
  std::string operator()(Field<std::vector<double>>) const { return fmt::format("[{}, 2.5, 3]", number); }
  std::string whole() const {
    const double value = std::min(option.high, std::max(option.low, 2.0 + number));
    return fmt::format("{}", static_cast<int>(value));
  }
};

class EveryOption : public testing::TestWithParam<Backend> {
 protected:
  /// All roles are Python's, or none is.
  static std::string kind_of(std::string_view table) {
    if (GetParam() == Backend::python) return "python";
    if (table == "judge") return "embedder";
    return table == "generator" ? std::string(name_of(GetParam())) : "openvino";
  }

  static Study of_kind() {
    Study study;
    study.generator.kind = GetParam();
    if (GetParam() != Backend::python) return study;
    study.classifier.kind = study.captioner.kind = study.embedder.kind = Backend::python;
    study.judge.kind = JudgeKind::python;
    return study;
  }
};

TEST_P(EveryOption, ReachesItsOwnField) {
  const fake::Folder folder;
  std::string text = "labels = [\"fly\"]\n";
  std::vector<std::string> values;
  for (const Option& option : options()) {
    const int number = static_cast<int>(values.size());
    // No rule reads it and the threshold: the next test. No generator reads the keys of another kind.
    if ((option.table == "failure" && option.key == "k") || !is_read(option, of_kind())) {
      values.push_back(value_text(option, Study()));
      continue;
    }
    std::string value = std::visit(Unusual{option, number}, option.target);
    if (option.key == "kind") value = fmt::format("\"{}\"", kind_of(option.table));
    if (option.key == "base_first") value = "8";   // at most budget.base, and even: there are two base prompts
    if (option.key == "draft_steps") value = "1";  // below generator.steps
    if (std::holds_alternative<Field<fs::path>>(option.target)) {
      const auto file = folder.write(value.substr(2, value.size() - 3), "");
      value = fmt::format("\"{}\"", file.string());
    }
    const std::string dot = option.table.empty() ? "" : ".";
    text += fmt::format("{}{}{} = {}\n", option.table, dot, option.key, value);
    values.push_back(value);
  }
  for (const char* name : {"a", "b", "c", "d"})  // for search.source and search.interaction_strength
    text += fmt::format("[[attributes]]\nname = \"{0}\"\nphrases = [\"in {0}\"]\n", name);
  const auto study = parse_study(text, folder / "study.toml");
  ASSERT_TRUE(study.ok()) << study.error().message;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Option& option = options()[i];
    EXPECT_EQ(value_text(option, *study), values[i]) << option.table << "." << option.key;
  }
}

INSTANTIATE_TEST_SUITE_P(OfAKind, EveryOption, testing::Values(Backend::openvino, Backend::sdcpp, Backend::python),
                         [](const auto& kind) { return std::string(name_of(kind.param)); });

TEST(ParseGenerator, ReadsBackWhatTheOptionsSay) {
  const fake::Folder folder;
  const auto file = folder.write("model.safetensors", "");
  const auto read = parse_generator(fmt::format(
      "generator.kind = \"sdcpp\"\ngenerator.steps = 3\ngenerator.sdcpp.model = \"{}\"\ngenerator.sdcpp.width = 64\n",
      file.string()));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->kind, Backend::sdcpp);
  EXPECT_EQ(read->steps, 3);
  EXPECT_EQ(read->sdcpp.model, file);
  EXPECT_EQ(read->sdcpp.width, 64);
  EXPECT_FALSE(parse_generator("generator.kind = \"sdcpp\"\ngenerator.scheduler = \"ddim\"\n").ok());
}

TEST(ReadStudy, TheFailureRulesReadTheirOwnNumber) {
  const auto with = [](const std::string& failure) {
    const fake::Folder folder;
    const auto model = folder.write("m", "").string();
    std::string text = "labels = [\"fly\"]\n";
    for (const char* role : {"generator", "classifier", "captioner", "embedder"})
      text += fmt::format("{}.model = \"{}\"\n", role, model);
    return parse_study(text + fmt::format("classifier.labels = \"{}\"\n[failure]\n", model) + failure,
                       folder / "study.toml");
  };
  const auto top_k = with("rule = \"top-k\"\nk = 3\n");
  ASSERT_TRUE(top_k.ok()) << top_k.error().message;
  EXPECT_EQ(top_k->failure.k, 3);
  for (const char* rule : {"low-score", "confident"}) {
    const auto study = with(fmt::format("rule = \"{}\"\nthreshold = 0.25\n", rule));
    ASSERT_TRUE(study.ok()) << study.error().message;
    EXPECT_EQ(study->failure.threshold, 0.25);
    EXPECT_FALSE(with(fmt::format("rule = \"{}\"\nk = 3\n", rule)).ok());
  }
  EXPECT_FALSE(with("threshold = 0.25\n").ok());
}

TEST(OptionsMarkdown, ListsEveryOptionWithItsDefault) {
  const std::string table = options_markdown();
  const Study defaults;
  for (const Option& option : options()) {
    const std::string key =
        option.table.empty() ? std::string(option.key) : fmt::format("{}.{}", option.table, option.key);
    std::string shown = option.required ? "required" : fmt::format("`{}`", value_text(option, defaults));
    if (option.key == "object") shown = "required for `python`";
    EXPECT_NE(table.find(fmt::format("| `{}` | {} | {}", key, shown, option.help)), std::string::npos) << key;
  }
  const auto lines = static_cast<std::size_t>(std::count(table.begin(), table.end(), '\n'));
  EXPECT_EQ(lines, options().size() + 2);
}

}  // namespace
}  // namespace scotoma

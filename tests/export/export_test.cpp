// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/export.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "e2e/program.h"
#include "export/read_tar.h"
#include "export/side_words.h"
#include "fake/folder.h"
#include "fake/world.h"
#include "scotoma/core/hash.h"
#include "scotoma/export/new_folder.h"
#include "scotoma/export/split.h"
#include "scotoma/find/find.h"
#include "scotoma/image/image.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// One finished study of a fake world with two bugs, for all tests here.
struct Finished {
  fake::Folder folder;
  fake::World world{setting()};
  Study study = fake::study_of(world.setting(), {});
  Models models = world.models();
  std::unique_ptr<AnswerCache> cache = std::move(AnswerCache::open(folder.path())).value();
  Findings findings;

  static fake::WorldSetting setting() {
    fake::WorldSetting setting;
    setting.rules = {{"fly", "on a flower", "bee", 0.9}, {"cow", "under a bridge", "cat", 0.8}};
    return setting;
  }
  Finished() {
    Silent silent;
    findings = std::move(run_study(study, models, *cache, {}, silent)).value().findings;
  }
};

/// An image as a plain reader finds it: what is said of it, and its pixels.
struct Read {
  json fields;
  Image image;
  std::string label;  ///< as the layout tells it: the folder, or the number in .cls
};

Image decoded(const std::string& png) {
  auto image = decode_png({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()});
  EXPECT_TRUE(image.ok());
  return std::move(*image);
}

/// JSON lines with the images that they name.
void read_lines(const fs::path& file, std::vector<Read>& all) {
  std::istringstream lines(e2e::read_file(file));
  for (std::string line; std::getline(lines, line);) {
    const json fields = json::parse(line);
    const std::string name = fields["file_name"];
    all.push_back(
        {fields, decoded(e2e::read_file(file.parent_path() / name)), fs::path(name).parent_path().filename().string()});
  }
}

std::size_t files_in(const fs::path& folder, const std::string& extension) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) count += entry.path().extension() == extension;
  return count;
}

/// The training side, then the test side.
std::vector<Read> read_files(const fs::path& folder, const std::string& below) {
  std::vector<Read> all;
  for (const char* side : {"train", "test"}) read_lines(folder / below / side / "metadata.jsonl", all);
  EXPECT_EQ(files_in(folder, ".png"), all.size()) << "an image that no line names";
  return all;
}

std::vector<Read> read_shards(const fs::path& folder) {
  std::vector<Read> all;
  for (const char* side : {"train", "test"}) {
    for (int shard = 0;; ++shard) {
      const fs::path path = folder / fmt::format("{}-{:06}.tar", side, shard);
      if (!fs::exists(path)) break;
      const auto files = read_tar(e2e::read_file(path));
      EXPECT_EQ(files.size() % 3, 0U) << "an image is parted by the end of " << path;
      for (std::size_t i = 0; i + 2 < files.size(); i += 3) {
        const std::string key = files[i].first.substr(0, files[i].first.find('.'));
        EXPECT_EQ(files[i].first, key + ".cls");
        EXPECT_EQ(files[i + 1].first, key + ".json");
        EXPECT_EQ(files[i + 2].first, key + ".png");
        all.push_back({json::parse(files[i + 1].second), decoded(files[i + 2].second), files[i].second});
      }
    }
  }
  return all;
}

std::vector<Read> read_back(const fs::path& folder, ExportFormat format) {
  if (format == ExportFormat::webdataset) return read_shards(folder);
  if (format == ExportFormat::imagefolder) return read_files(folder, "");
  if (format == ExportFormat::huggingface || format == ExportFormat::fiftyone) return read_files(folder, "data");
  std::vector<Read> all;
  read_lines(folder / "images.jsonl", all);
  EXPECT_EQ(files_in(folder, ".png"), all.size());
  std::stable_partition(all.begin(), all.end(), [](const Read& each) { return each.fields["split"] == "train"; });
  return all;
}

/// Every byte below a folder, by path.
std::map<std::string, std::string> bytes_of(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = e2e::read_file(entry.path());
  }
  return files;
}

constexpr ExportFormat kFormats[] = {ExportFormat::imagefolder, ExportFormat::huggingface, ExportFormat::webdataset,
                                     ExportFormat::jsonl, ExportFormat::fiftyone};

class Export : public testing::Test {
 protected:
  static void SetUpTestSuite() { finished_ = std::make_unique<Finished>(); }
  static void TearDownTestSuite() { finished_.reset(); }

  static Result<Exported> write(const fs::path& to, const ExportOptions& options, const CancelToken& cancel = {}) {
    Silent silent;
    return export_dataset(finished_->study, finished_->findings, *finished_->cache, options, to, cancel, silent);
  }
  static const Findings& findings() { return finished_->findings; }

  /// Samples that must be exported, the training side first: by a plain loop over the findings.
  static std::vector<std::pair<const Hypothesis*, const Sample*>> expected(bool failing, double share) {
    std::vector<std::pair<const Hypothesis*, const Sample*>> all;
    for (const bool test : {false, true}) {
      for (const Hypothesis& each : findings().hypotheses) {
        if (each.status != Status::confirmed) continue;
        for (const Sample& sample : each.audit_samples) {
          if (sample.judgement.valid && !(failing && sample.correct) && in_test(sample.request.seed, share) == test)
            all.emplace_back(&each, &sample);
        }
      }
    }
    return all;
  }

  /// Nothing but what was there before: no dataset, whole or in part.
  void expect_nothing_left() const { EXPECT_TRUE(fs::is_empty(folder_.path())); }

  fake::Folder folder_;
  static inline std::unique_ptr<Finished> finished_;
};

TEST_F(Export, EachFormatHoldsEachImageWithItsPixelsAndItsFields) {
  const auto& classes = findings().class_names;
  for (const ExportFormat format : kFormats) {
    for (const bool failing : {true, false}) {
      const fs::path to = folder_ / fmt::format("{}-{}", static_cast<int>(format), failing);
      const auto done = write(to, {.format = format,
                                   .images = failing ? ExportImages::failing : ExportImages::valid,
                                   .test = 0.3,
                                   .shard_bytes = 20'000});
      ASSERT_TRUE(done.ok()) << done.error().message;
      EXPECT_EQ(done->bugs, 2U);
      const auto samples = expected(failing, 0.3);
      const auto read = read_back(to, format);
      ASSERT_EQ(read.size(), samples.size());
      EXPECT_EQ(done->train + done->test, samples.size());
      EXPECT_GT(done->train, 0U);
      EXPECT_GT(done->test, 0U);
      for (std::size_t i = 0; i < read.size(); ++i) {
        const auto& [bug, sample] = samples[i];
        const json& fields = read[i].fields;
        EXPECT_EQ(image_id(read[i].image), sample->image);
        EXPECT_EQ(fields["image_id"], sample->image);
        EXPECT_EQ(fields["bug"], bug->id);
        EXPECT_EQ(fields["label"], bug->label);
        EXPECT_EQ(fields["phrase"], bug->phrase.text);
        EXPECT_EQ(fields["prompt"], sample->request.prompt);
        EXPECT_EQ(std::stoull(fields["seed"].get<std::string>(), nullptr, 0), sample->request.seed);
        EXPECT_EQ(fields["predicted"], classes[static_cast<std::size_t>(sample->prediction.label())]);
        EXPECT_EQ(fields["score"].get<float>(), sample->prediction.top[0].probability);
        EXPECT_EQ(fields["failed"], !sample->correct);
        EXPECT_EQ(fields["split"], i < done->train ? "train" : "test");
        EXPECT_EQ(classes[fields["class_index"].get<std::size_t>()], bug->label);
        const std::string number = std::to_string(fields["class_index"].get<int>());
        EXPECT_EQ(read[i].label, format == ExportFormat::webdataset ? number : bug->label);
      }
      EXPECT_TRUE(fs::exists(to / "README.md"));
      EXPECT_EQ(json::parse(e2e::read_file(to / "dataset.json"))["train"], done->train);
    }
  }
}

TEST_F(Export, EveryFormatHasOneFileOfAllImagesAndChecksumsThatHold) {
  for (const ExportFormat format : kFormats) {
    const fs::path to = folder_ / fmt::format("{}", static_cast<int>(format));
    const auto done = write(to, {.format = format, .test = 0.3, .shard_bytes = 20'000});
    ASSERT_TRUE(done.ok()) << done.error().message;
    std::istringstream lines(e2e::read_file(to / "images.jsonl"));
    std::size_t images = 0;
    for (std::string line; std::getline(lines, line); ++images) {
      const std::string name = json::parse(line)["file_name"];
      EXPECT_EQ(fs::exists(to / name), format != ExportFormat::webdataset) << name;
    }
    EXPECT_EQ(images, done->train + done->test);
    std::size_t files = 0;
    const json about = json::parse(e2e::read_file(to / "croissant.json"));
    for (const json& each : about["distribution"]) {
      if (each["@type"] != "cr:FileObject") continue;
      ++files;
      const fs::path file = to / each["contentUrl"].get<std::string>();
      EXPECT_EQ(each["sha256"], sha256_hex(e2e::read_file(file))) << file;
    }
    EXPECT_EQ(files, 1 + files_in(to, ".tar"));
  }
}

/// The study's label of that name is called otherwise, and so are its bugs.
void rename(Study& study, Findings& findings, const std::string& from, const std::string& to) {
  for (StudyLabel& label : study.labels) {
    if (label.name == from) label.name = to;
  }
  for (Hypothesis& each : findings.hypotheses) {
    if (each.label == from) each.id = to + each.id.substr(from.size());
    if (each.label == from) each.label = to;
  }
}

TEST_F(Export, NoWordInALabelSortsItsImagesIntoASideAndEveryNameLeadsBack) {
  Study study = finished_->study;
  Findings named = findings();
  rename(study, named, "fly", "test tube");
  rename(study, named, "cow", "driving-test-3.png");
  Silent silent;
  const std::map<ExportFormat, std::string> where = {{ExportFormat::imagefolder, ""},
                                                     {ExportFormat::huggingface, "data"},
                                                     {ExportFormat::fiftyone, "data"},
                                                     {ExportFormat::jsonl, "images"}};
  for (const auto& [format, below] : where) {
    const fs::path to = folder_ / fmt::format("{}", static_cast<int>(format));
    ASSERT_TRUE(export_dataset(study, named, *finished_->cache, {.format = format, .test = 0.3}, to, {}, silent).ok());
    for (const char* side : {"train", "test"}) {
      for (const auto& [path, bytes] : bytes_of(to / below / side)) EXPECT_FALSE(names_a_side(path)) << path;
    }
    const json about = json::parse(e2e::read_file(to / "dataset.json"));
    std::map<std::string, std::string> label_of;  // by folder
    std::map<std::string, std::string> bug_of;    // by name in files
    for (const json& label : about["labels"]) EXPECT_TRUE(label_of.emplace(label["folder"], label["name"]).second);
    for (const json& bug : about["bugs"]) EXPECT_TRUE(bug_of.emplace(bug["name"], bug["id"]).second);
    for (const Read& each : read_files(to, below)) {
      const std::string stem = fs::path(each.fields["file_name"].get<std::string>()).stem().string();
      EXPECT_EQ(label_of.at(each.label), each.fields["label"]);
      EXPECT_EQ(bug_of.at(stem.substr(0, stem.size() - 7)), each.fields["bug"]);
    }
  }
}

TEST_F(Export, BothSidesHaveTheSameFoldersSoThatReadersNumberThemAlike) {
  ExportOptions options{.per_bug = 1};
  for (options.test = 0.05; options.test < 1; options.test += 0.05) {
    const auto done = write(folder_ / "x", options);
    ASSERT_TRUE(done.ok()) << done.error().message;
    if (!done->one_sided.empty()) break;
    fs::remove_all(folder_ / "x");
  }
  ASSERT_LT(options.test, 1) << "no share parts the two";
  for (const char* side : {"train", "test"}) {
    for (const char* label : {"fly", "cow"}) EXPECT_TRUE(fs::is_directory(folder_ / "x" / side / label)) << side;
  }
}

TEST_F(Export, AgainGivesTheSameBytes) {
  for (const ExportFormat format : kFormats) {
    const fs::path one = folder_ / fmt::format("one-{}", static_cast<int>(format));
    const fs::path two = folder_ / fmt::format("two-{}", static_cast<int>(format));
    ASSERT_TRUE(write(one, {.format = format}).ok());
    ASSERT_TRUE(write(two, {.format = format}).ok());
    EXPECT_EQ(bytes_of(one), bytes_of(two));
  }
}

TEST_F(Export, ShardsStayBelowTheirSize) {
  ASSERT_TRUE(write(folder_ / "x", {.format = ExportFormat::webdataset, .test = 0, .shard_bytes = 20'000}).ok());
  std::size_t shards = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "x")) {
    if (entry.path().extension() != ".tar") continue;
    ++shards;
    EXPECT_LE(fs::file_size(entry.path()), 20'000U + 1024U) << entry.path();
  }
  EXPECT_GT(shards, 2U);
  ASSERT_TRUE(
      write(folder_ / "y", {.format = ExportFormat::webdataset, .per_bug = 2, .test = 0, .shard_bytes = 1}).ok());
  EXPECT_EQ(read_back(folder_ / "y", ExportFormat::webdataset).size(), 4U)
      << "an image larger than a shard has one of its own";
}

TEST_F(Export, AFolderThatIsNotEmptyIsLeftAsItIs) {
  folder_.write("full/mine.txt", "precious");
  folder_.write("file", "precious, too");
  for (const char* name : {"full", "full/", "file"}) {
    const auto done = write(folder_ / name, {});
    ASSERT_FALSE(done.ok()) << name;
    EXPECT_EQ(done.error().code, Code::bad_input);
    EXPECT_NE(done.error().message.find("--to"), std::string::npos) << done.error().message;
  }
  EXPECT_EQ(bytes_of(folder_.path()),
            (std::map<std::string, std::string>{{"full/mine.txt", "precious"}, {"file", "precious, too"}}));
}

TEST_F(Export, AnEmptyFolderALinkToOneAndAMissingParentWillDo) {
  fs::create_directory(folder_ / "empty");
  fs::create_directory(folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "link");
  for (const char* name : {"empty/", "link", "new/below/it"}) {
    const auto done = write(folder_ / name, {});
    ASSERT_TRUE(done.ok()) << done.error().message;
    EXPECT_TRUE(fs::exists(folder_ / name / "README.md")) << name;
  }
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
}

TEST_F(Export, AFolderThatCannotBeWrittenIsAnError) {
  folder_.write("file", "x");
  const auto done = write(folder_ / "file" / "below", {});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::bad_input);
  EXPECT_NE(done.error().message.find("--to"), std::string::npos) << done.error().message;
}

TEST_F(Export, StoppedItLeavesNothing) {
  CancelToken cancel;
  cancel.cancel();
  const auto done = write(folder_ / "x", {}, cancel);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::interrupted);
  expect_nothing_left();
}

TEST_F(Export, AnImageThatIsDamagedOrGoneIsNamedAndNothingIsLeft) {
  const auto samples = expected(true, 0);
  const fs::path file = finished_->folder / AnswerCache::image_file(samples.back().second->image);
  const std::string whole = e2e::read_file(file);
  for (const std::string& bytes : {whole.substr(0, whole.size() / 2), std::string()}) {
    std::ofstream(file, std::ios::binary) << bytes;
    for (const ExportFormat format : kFormats) {
      const auto done = write(folder_ / "x", {.format = format});  // the first finds it damaged, the others miss it
      ASSERT_FALSE(done.ok());
      EXPECT_EQ(done.error().code, Code::failed);
      EXPECT_NE(done.error().message.find(file.string()), std::string::npos) << done.error().message;
      expect_nothing_left();
    }
  }
  std::ofstream(file, std::ios::binary) << whole;
  EXPECT_TRUE(write(folder_ / "x", {}).ok());
}

TEST_F(Export, SomethingThatComesIntoItsPlaceMeanwhileIsNotOverwritten) {
  auto place = NewFolder::begin(folder_ / "x");
  ASSERT_TRUE(place.ok());
  folder_.write("x/mine.txt", "precious");
  EXPECT_FALSE((*place)->commit().ok());
  place->reset();
  EXPECT_EQ(bytes_of(folder_.path()), (std::map<std::string, std::string>{{"x/mine.txt", "precious"}}));
}

}  // namespace
}  // namespace scotoma

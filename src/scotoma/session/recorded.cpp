// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/recorded.h"

#include <fmt/format.h>

#include "scotoma/core/file.h"

namespace scotoma {
namespace {

template <class Base>
class Recorded : public Base {
 public:
  Recorded(const RecordedStudy& record, const std::string& role)
      : role_(role), fingerprint_(record.fingerprints.at(role)), description_(record.descriptions.at(role)) {}
  std::string fingerprint() const override { return fingerprint_; }
  std::string describe() const override { return description_; }
  std::size_t batch() const override { return 1; }

 protected:
  Error not_loaded() const {
    return bad_input(
        fmt::format("the {} is not loaded: only what it answered before is known; run `scotoma find`", role_));
  }

 private:
  std::string role_;
  std::string fingerprint_;
  std::string description_;
};

using Rows = std::vector<std::vector<float>>;

class RecordedGenerator final : public Recorded<Generator> {
 public:
  using Recorded::Recorded;
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> /*requests*/) override { return not_loaded(); }
};

class RecordedClassifier final : public Recorded<Classifier> {
 public:
  explicit RecordedClassifier(const RecordedStudy& record)
      : Recorded(record, "classifier"), names_(record.class_names) {}
  const std::vector<std::string>& class_names() const override { return names_; }
  Result<std::vector<Prediction>> classify(std::span<const Image> /*images*/) override { return not_loaded(); }
  Result<Rows> probabilities(std::span<const Image> /*images*/) override { return not_loaded(); }

 private:
  std::vector<std::string> names_;
};

class RecordedCaptioner final : public Recorded<Captioner> {
 public:
  using Recorded::Recorded;
  Result<std::vector<std::string>> caption(std::span<const Image> /*images*/) override { return not_loaded(); }
};

class RecordedEmbedder final : public Recorded<Embedder> {
 public:
  using Recorded::Recorded;
  Result<Rows> embed_images(std::span<const Image> /*images*/) override { return not_loaded(); }
  Result<Rows> embed_texts(std::span<const std::string> /*texts*/) override { return not_loaded(); }
};

class RecordedJudge final : public Recorded<Judge> {
 public:
  using Recorded::Recorded;
  Result<std::vector<Judgement>> judge(std::span<const Image> /*images*/,
                                       std::span<const std::string> /*labels*/) override {
    return not_loaded();
  }
};

}  // namespace

std::optional<RecordedStudy> recorded_study(const std::filesystem::path& results) {
  const auto text = read_plain_file(results / "study.json");
  return text.ok() ? read_study_json(*text) : std::nullopt;
}

Models recorded_models(const RecordedStudy& record) {
  Models models;
  models.generator = std::make_unique<RecordedGenerator>(record, "generator");
  models.classifier = std::make_unique<RecordedClassifier>(record);
  if (record.fingerprints.contains("captioner"))
    models.captioner = std::make_unique<RecordedCaptioner>(record, "captioner");
  if (record.fingerprints.contains("embedder"))
    models.embedder = std::make_unique<RecordedEmbedder>(record, "embedder");
  if (record.fingerprints.contains("judge")) models.judge = std::make_unique<RecordedJudge>(record, "judge");
  return models;
}

}  // namespace scotoma

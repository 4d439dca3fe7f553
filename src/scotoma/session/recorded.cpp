// SPDX-License-Identifier: Apache-2.0
#include "scotoma/session/recorded.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "scotoma/core/file.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using Json = nlohmann::json;

bool is_utf8(const ModelsRecord& record) {
  const auto bad = [](const std::string& text) { return text != valid_utf8(text); };
  return std::none_of(record.class_names.begin(), record.class_names.end(), bad) &&
         std::none_of(record.roles.begin(), record.roles.end(),
                      [&](const auto& role) { return bad(role.second.description); });
}

/// Whether they answer as those that were recorded; how many batches they take at once may depend on the day.
bool are_of(const Models& models, const ModelsRecord& record) {
  std::map<std::string, std::string> wanted;
  for (const auto& [name, role] : record.roles) wanted[name] = role.fingerprint;
  return fingerprints_of(models) == wanted && models.classifier->class_names() == record.class_names;
}

/// The real models behind the records; shared by all roles of a study.
class ModelSource {
 public:
  ModelSource(ModelsRecord record, std::function<Result<Models>()> load, std::function<void()> forget)
      : record_(std::move(record)), load_(std::move(load)), forget_(std::move(forget)) {}

  const ModelsRecord& record() const { return record_; }

  /// Loads at the first call. Thread-safe.
  Result<Models*> models(std::string_view role) {
    if (!load_) {
      return bad_input(
          fmt::format("the {} is not loaded: only what it answered before is known; run `scotoma find`", role));
    }
    const std::lock_guard lock(mutex_);
    if (!loaded_) loaded_ = checked();
    if (!loaded_->ok()) return loaded_->error();
    there_ = true;
    return &**loaded_;
  }

  /// Null until they are loaded.
  const Models* there() const { return there_ ? &**loaded_ : nullptr; }

 private:
  Result<Models> checked() {
    SCOTOMA_ASSIGN_OR_RETURN(Models models, load_());
    if (are_of(models, record_)) return models;
    forget_();
    return failed(
        "the models are not those whose answers are remembered: a file of theirs has been changed while it was read; "
        "run the same command again");
  }

  ModelsRecord record_;
  std::function<Result<Models>()> load_;
  std::function<void()> forget_;
  std::mutex mutex_;
  std::optional<Result<Models>> loaded_;
  std::atomic<bool> there_ = false;
};

/// One role of them. `Base`: its interface.
template <class Base, std::unique_ptr<Base> Models::*role, RoleKind kind>
class Recorded : public Base {
 public:
  explicit Recorded(std::shared_ptr<ModelSource> source)
      : source_(std::move(source)), record_(&source_->record().roles.at(std::string(name_of(kind)))) {}
  std::string fingerprint() const override { return record_->fingerprint; }
  std::string describe() const override { return record_->description; }
  std::size_t batch() const override { return record_->batch; }
  std::optional<std::size_t> concurrency() const override {
    const Models* models = source_->there();
    return models == nullptr ? record_->concurrency : (models->*role)->concurrency();
  }
  double engine_seconds() const override {
    const Models* models = source_->there();
    return models == nullptr ? 0 : (models->*role)->engine_seconds();
  }

 protected:
  const ModelsRecord& models() const { return source_->record(); }

  Result<Base*> real() {
    SCOTOMA_ASSIGN_OR_RETURN(Models * models, source_->models(name_of(kind)));
    return (models->*role).get();
  }

 private:
  std::shared_ptr<ModelSource> source_;
  const RoleRecord* record_;
};

using Rows = std::vector<std::vector<float>>;

template <std::unique_ptr<Generator> Models::*role, RoleKind kind>
class RecordedGenerator final : public Recorded<Generator, role, kind> {
 public:
  using Recorded<Generator, role, kind>::Recorded;
  using Recorded<Generator, role, kind>::real;
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    SCOTOMA_ASSIGN_OR_RETURN(Generator * generator, real());
    return generator->generate(requests);
  }
  Result<bool> reads_whole(const std::string& prompt) override {
    SCOTOMA_ASSIGN_OR_RETURN(Generator * generator, real());
    return generator->reads_whole(prompt);
  }
  Result<void> examine() override {
    SCOTOMA_ASSIGN_OR_RETURN(Generator * generator, real());
    return generator->examine();
  }
};

class RecordedClassifier final : public Recorded<Classifier, &Models::classifier, RoleKind::classifier> {
 public:
  using Recorded::Recorded;
  const std::vector<std::string>& class_names() const override { return models().class_names; }
  Result<std::vector<Prediction>> classify(std::span<const Image> images) override {
    SCOTOMA_ASSIGN_OR_RETURN(Classifier * classifier, real());
    return classifier->classify(images);
  }
  Result<Rows> probabilities(std::span<const Image> images) override {
    SCOTOMA_ASSIGN_OR_RETURN(Classifier * classifier, real());
    return classifier->probabilities(images);
  }
};

class RecordedCaptioner final : public Recorded<Captioner, &Models::captioner, RoleKind::captioner> {
 public:
  using Recorded::Recorded;
  Result<std::vector<std::string>> caption(std::span<const Image> images) override {
    SCOTOMA_ASSIGN_OR_RETURN(Captioner * captioner, real());
    return captioner->caption(images);
  }
};

class RecordedEmbedder final : public Recorded<Embedder, &Models::embedder, RoleKind::embedder> {
 public:
  using Recorded::Recorded;
  Result<Rows> embed_images(std::span<const Image> images) override {
    SCOTOMA_ASSIGN_OR_RETURN(Embedder * embedder, real());
    return embedder->embed_images(images);
  }
  Result<Rows> embed_texts(std::span<const std::string> texts) override {
    SCOTOMA_ASSIGN_OR_RETURN(Embedder * embedder, real());
    return embedder->embed_texts(texts);
  }
};

class RecordedJudge final : public Recorded<Judge, &Models::judge, RoleKind::judge> {
 public:
  using Recorded::Recorded;
  Result<std::vector<Judgement>> judge(std::span<const Image> images, std::span<const std::string> labels) override {
    SCOTOMA_ASSIGN_OR_RETURN(Judge * judge, real());
    return judge->judge(images, labels);
  }
};

Models models_of(const std::shared_ptr<ModelSource>& source) {
  const auto& roles = source->record().roles;
  Models models;
  models.generator = std::make_unique<RecordedGenerator<&Models::generator, RoleKind::generator>>(source);
  models.classifier = std::make_unique<RecordedClassifier>(source);
  if (roles.contains("captioner")) models.captioner = std::make_unique<RecordedCaptioner>(source);
  if (roles.contains("embedder")) models.embedder = std::make_unique<RecordedEmbedder>(source);
  if (roles.contains("judge")) models.judge = std::make_unique<RecordedJudge>(source);
  if (roles.contains("draft"))
    models.draft = std::make_unique<RecordedGenerator<&Models::draft, RoleKind::draft>>(source);
  return models;
}

}  // namespace

std::optional<RecordedStudy> recorded_study(const std::filesystem::path& results) {
  const auto text = read_plain_file(results / "study.json");
  return text.ok() ? read_study_json(*text) : std::nullopt;
}

ModelsRecord record_of(const Models& models) {
  ModelsRecord record;
  for (const auto& [kind, name] : names_of(RoleKind())) {
    const Role* role = role_of(models, kind);
    if (role == nullptr) continue;
    record.roles[std::string(name)] = {role->fingerprint(), role->describe(), role->batch(), role->concurrency()};
  }
  record.class_names = models.classifier->class_names();
  return record;
}

std::string to_text(const ModelsRecord& record) {
  if (!is_utf8(record)) return {};
  Json json = {{"roles", Json::object()}, {"class_names", record.class_names}};
  for (const auto& [name, role] : record.roles) {
    json["roles"][name] = {{"fingerprint", role.fingerprint}, {"description", role.description}, {"batch", role.batch}};
    if (role.concurrency) json["roles"][name]["concurrency"] = *role.concurrency;
  }
  return json.dump();
}

std::optional<ModelsRecord> parse_models_record(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    ModelsRecord record;
    for (const auto& [name, role] : json.at("roles").items()) {
      record.roles[name] = {role.at("fingerprint"), role.at("description"), role.at("batch")};
      if (role.contains("concurrency")) record.roles[name].concurrency = role["concurrency"].get<std::size_t>();
    }
    record.class_names = json.at("class_names").get<std::vector<std::string>>();
    return record;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

std::map<std::string, std::string> fingerprints_of(const Models& models) {
  std::map<std::string, std::string> fingerprints;
  for (const auto& [kind, name] : names_of(RoleKind())) {
    if (const Role* role = role_of(models, kind)) fingerprints[std::string(name)] = role->fingerprint();
  }
  return fingerprints;
}

Models recorded_models(const RecordedStudy& study) {
  ModelsRecord record;
  for (const auto& [role, fingerprint] : study.fingerprints)
    record.roles[role] = {fingerprint, study.descriptions.at(role)};
  record.class_names = study.class_names;
  return models_of(std::make_shared<ModelSource>(std::move(record), nullptr, nullptr));
}

Models models_on_demand(const ModelsRecord& record, std::function<Result<Models>()> load,
                        std::function<void()> forget) {
  return models_of(std::make_shared<ModelSource>(record, std::move(load), std::move(forget)));
}

}  // namespace scotoma

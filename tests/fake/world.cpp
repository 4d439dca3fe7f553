// SPDX-License-Identifier: Apache-2.0
#include "fake/world.h"

#include <algorithm>
#include <cmath>

#include "scotoma/core/hash.h"
#include "scotoma/core/philox.h"

namespace scotoma::fake {
namespace {

constexpr int kSide = 8;
constexpr std::size_t kNoiseDimensions = 8;

/// Bytes 0 and 1 of an image are its thing and its place, and byte 2 its look in a world that has looks (their number:
/// none); the others are noise of the seed alone.
struct Scene {
  std::size_t thing;
  std::size_t place;
  std::size_t look;
};

Scene scene_of(const Image& image) { return {image.rgb[0], image.rgb[1], image.rgb[2]}; }

/// A number in (0, 1) that depends on the image and on what it is for.
double chance(const Image& image, const std::string& purpose) {
  const auto digest = Hasher().field(purpose).field(image_id(image)).digest();
  std::uint32_t number = 0;
  for (int i = 0; i < 4; ++i) number |= std::uint32_t{digest[static_cast<std::size_t>(i)]} << (8 * i);
  return (number + 0.5) * 0x1p-32;
}

/// Another than `index`, of `count`.
std::size_t other(std::size_t index, std::size_t count, double chance) {
  return (index + 1 + static_cast<std::size_t>(chance * static_cast<double>(count - 1))) % count;
}

/// The index of the first name that stands in the text as whole words; count when none does.
std::size_t mentioned(const std::string& text, const std::vector<std::string>& names) {
  const auto stands = [&](const std::string& name) {
    return (" " + text + " ").find(" " + name + " ") != std::string::npos;
  };
  return static_cast<std::size_t>(std::find_if(names.begin(), names.end(), stands) - names.begin());
}

std::vector<float> unit(std::vector<float> vector) {
  float square = 0;
  for (float value : vector) square += value * value;
  for (float& value : vector) value /= std::sqrt(square);
  return vector;
}

/// One-hot by thing and by place, with noise of the key.
std::vector<float> embedding(const WorldSetting& setting, Scene scene, const std::string& key, float noise) {
  const auto [thing, place, look] = scene;
  const std::size_t known = setting.things.size() + setting.places.size();
  std::vector<float> vector(known + setting.looks.size() + kNoiseDimensions);
  if (look < setting.looks.size()) vector[known + look] = 1;
  if (thing < setting.things.size()) vector[thing] = 1;
  if (place < setting.places.size()) vector[setting.things.size() + place] = 1;
  const auto digest = Hasher().field(key).digest();
  for (std::size_t i = 0; i < kNoiseDimensions; ++i) {
    vector[vector.size() - 1 - i] = noise * (static_cast<float>(digest[i]) / 127.5F - 1);
  }
  return unit(vector);
}

std::string last_word(const std::string& text) { return text.substr(text.rfind(' ') + 1); }

/// "on a red flower" says nearly the same as "on a flower", where both are places.
std::vector<float> near_its_noun(const WorldSetting& setting, std::size_t place, std::vector<float> vector) {
  if (place >= setting.places.size()) return vector;
  const auto noun = [&](const std::string& each) { return last_word(each) == last_word(setting.places[place]); };
  const auto first = std::find_if(setting.places.begin(), setting.places.end(), noun) - setting.places.begin();
  if (static_cast<std::size_t>(first) == place) return vector;
  float& own = vector[setting.things.size() + place];
  vector[setting.things.size() + static_cast<std::size_t>(first)] = own;
  own *= 0.4F;
  return unit(std::move(vector));
}

/// What the roles share.
class Voice {
 public:
  Voice(World& world, std::string name) : world_(world), name_(std::move(name)) {}

  template <class T, class Query, class Key, class Answer>
  Result<std::vector<T>> answer(std::span<const Query> questions, const Key& key, const Answer& one) const {
    SCOTOMA_RETURN_IF_ERROR(world_.enter(name_));
    std::vector<T> answers;
    for (const Query& question : questions) {
      answers.push_back(one(question));
      world_.note(name_, key(question));
    }
    return answers;
  }

  const WorldSetting& setting() const { return world_.setting(); }
  std::string fingerprint() const { return "fake-" + name_; }
  std::string describe() const { return "a made-up " + name_; }
  std::size_t batch() const { return setting().batch; }

 private:
  World& world_;
  std::string name_;
};

template <class Base>
class Spoken : public Base {
 public:
  explicit Spoken(Voice voice) : voice_(std::move(voice)) {}
  std::string fingerprint() const override { return voice_.fingerprint(); }
  std::string describe() const override { return voice_.describe(); }
  std::size_t batch() const override { return voice_.batch(); }

 protected:
  Voice voice_;
};

/// Of drafts, where `elsewhere` says how many of them show another place; those are other images, too.
class FakeGenerator : public Spoken<Generator> {
 public:
  explicit FakeGenerator(Voice voice, std::optional<double> elsewhere = {})
      : Spoken(std::move(voice)), elsewhere_(elsewhere) {}
  Result<std::vector<Image>> generate(std::span<const GenerationRequest> requests) override {
    const auto key = [](const GenerationRequest& request) {
      return request.prompt + " " + std::to_string(request.seed);
    };
    return voice_.answer<Image>(requests, key, [&](const GenerationRequest& request) { return paint(request); });
  }

 private:
  Image paint(const GenerationRequest& request) const {
    const WorldSetting& setting = voice_.setting();
    Philox noise(request.seed);
    Image image{kSide, kSide, {}};
    for (int i = 0; i < kSide * kSide * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(noise.next()));
    const auto things = static_cast<std::uint32_t>(setting.things.size());
    const auto any_place = noise.below(static_cast<std::uint32_t>(setting.places.size()));
    std::size_t thing = mentioned(request.prompt, setting.things);
    std::size_t place = mentioned(request.prompt, setting.places);
    if (thing == things) thing = noise.below(things);
    if (noise.uniform() < setting.generation_error) thing = other(thing, things, noise.uniform());
    image.rgb[0] = static_cast<std::uint8_t>(thing);
    image.rgb[1] = static_cast<std::uint8_t>(place == setting.places.size() ? any_place : place);
    if (!setting.looks.empty()) image.rgb[2] = static_cast<std::uint8_t>(look_of(request.prompt, noise));
    if (elsewhere_) {
      image.rgb.back() ^= 1;
      if (noise.uniform() < *elsewhere_)
        image.rgb[1] = static_cast<std::uint8_t>(other(image.rgb[1], setting.places.size(), noise.uniform()));
    }
    return image;
  }

  std::size_t look_of(const std::string& prompt, Philox& noise) const {
    const auto& looks = voice_.setting().looks;
    const auto any = noise.below(3 * static_cast<std::uint32_t>(looks.size()));
    const std::size_t said = mentioned(prompt, looks);
    return said < looks.size() || voice_.setting().looks_if_said ? said : std::min<std::size_t>(any, looks.size());
  }

  std::optional<double> elsewhere_;
};

class FakeClassifier : public Spoken<Classifier> {
 public:
  using Spoken::Spoken;
  const std::vector<std::string>& class_names() const override { return voice_.setting().things; }
  Result<std::vector<Prediction>> classify(std::span<const Image> images) override {
    return voice_.answer<Prediction>(images, image_id, [&](const Image& image) {
      return Prediction{{{static_cast<int>(answer_of(image)), 0.9F}}};
    });
  }
  Result<std::vector<std::vector<float>>> probabilities(std::span<const Image> images) override {
    SCOTOMA_ASSIGN_OR_RETURN(const auto predictions, classify(images));
    std::vector<std::vector<float>> rows;
    for (const Prediction& prediction : predictions) {
      rows.emplace_back(class_names().size(), 0.0F);
      for (const Score& score : prediction.top) rows.back()[static_cast<std::size_t>(score.label)] = score.probability;
    }
    return rows;
  }

 private:
  std::size_t answer_of(const Image& image) const {
    const WorldSetting& setting = voice_.setting();
    const Scene scene = scene_of(image);
    for (const Rule& rule : setting.rules) {
      if (rule.thing != setting.things[scene.thing]) continue;
      const auto look = setting.looks.begin() + static_cast<std::ptrdiff_t>(std::min(scene.look, setting.looks.size()));
      if (!rule.look.empty() && (look == setting.looks.end() || rule.look != *look)) continue;
      if (!rule.place.empty() && rule.place != setting.places[scene.place]) continue;
      return chance(image, "rule") < rule.rate ? mentioned(rule.answer, setting.things) : scene.thing;
    }
    if (chance(image, "error") < setting.base_error)
      return other(scene.thing, setting.things.size(), chance(image, "which"));
    return scene.thing;
  }
};

class FakeCaptioner : public Spoken<Captioner> {
 public:
  using Spoken::Spoken;
  Result<std::vector<std::string>> caption(std::span<const Image> images) override {
    return voice_.answer<std::string>(images, image_id, [&](const Image& image) {
      const WorldSetting& setting = voice_.setting();
      auto [thing, place, look] = scene_of(image);
      if (chance(image, "caption") < setting.caption_error)
        thing = other(thing, setting.things.size(), chance(image, "named"));
      const std::string words = look < setting.looks.size() ? setting.looks[look] + " " : "";
      return "a " + words + "photo of a " + setting.things[thing] + " " + setting.places[place];
    });
  }
};

class FakeEmbedder : public Spoken<Embedder> {
 public:
  using Spoken::Spoken;
  Result<std::vector<std::vector<float>>> embed_images(std::span<const Image> images) override {
    return voice_.answer<std::vector<float>>(images, image_id, [&](const Image& image) {
      return embedding(voice_.setting(), scene_of(image), image_id(image), 0.1F);
    });
  }
  Result<std::vector<std::vector<float>>> embed_texts(std::span<const std::string> texts) override {
    const auto key = [](const std::string& text) { return "text " + text; };
    return voice_.answer<std::vector<float>>(texts, key, [&](const std::string& text) {
      const WorldSetting& setting = voice_.setting();
      const std::size_t place = mentioned(text, setting.places);
      const std::size_t look = mentioned(text, setting.looks);
      const bool known = place < setting.places.size() || look < setting.looks.size();
      const float noise = known ? 0.02F : 1.0F;  // phrases that it does not know differ
      auto vector = embedding(setting, {mentioned(text, setting.things), place, look}, text, noise);
      return near_its_noun(setting, place, std::move(vector));
    });
  }
};

class FakeJudge : public Spoken<Judge> {
 public:
  using Spoken::Spoken;
  Result<std::vector<Judgement>> judge(std::span<const Image> images, std::span<const std::string> labels) override {
    struct Asked {
      const Image* image;
      const std::string* label;
    };
    std::vector<Asked> all;
    for (std::size_t i = 0; i < images.size(); ++i) all.push_back({&images[i], &labels[i]});
    const auto key = [](const Asked& asked) { return *asked.label + " " + image_id(*asked.image); };
    return voice_.answer<Judgement>(std::span<const Asked>(all), key, [&](const Asked& asked) {
      const std::string& label = *asked.label;
      const bool there = voice_.setting().things[scene_of(*asked.image).thing] == label;
      const bool valid = chance(*asked.image, "judge " + label) < voice_.setting().judge_error ? !there : there;
      return Judgement{valid, valid ? 0.9F : 0.1F};
    });
  }
};

}  // namespace

Models World::models() {
  Models models = {std::make_unique<FakeGenerator>(Voice(*this, "generator")),
                   std::make_unique<FakeClassifier>(Voice(*this, "classifier")),
                   std::make_unique<FakeCaptioner>(Voice(*this, "captioner")),
                   std::make_unique<FakeEmbedder>(Voice(*this, "embedder")),
                   std::make_unique<FakeJudge>(Voice(*this, "judge")),
                   nullptr};
  if (setting_.draft_error) models.draft = std::make_unique<FakeGenerator>(Voice(*this, "draft"), setting_.draft_error);
  return models;
}

Result<void> World::enter(const std::string& role) {
  const std::lock_guard lock(mutex_);
  const std::size_t call = calls_++;
  return before_call ? before_call(role, call) : Result<void>();
}

void World::note(const std::string& role, const std::string& question) {
  const std::lock_guard lock(mutex_);
  ++asked_[role][question];
}

std::size_t World::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::map<std::string, std::size_t> World::asked_again() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::size_t> again;
  for (const auto& [role, questions] : asked_) {
    for (const auto& [question, times] : questions) {
      if (times > 1) ++again[role];
    }
  }
  return again;
}

std::size_t World::answered(const std::string& role) const {
  const std::lock_guard lock(mutex_);
  const auto found = asked_.find(role);
  return found == asked_.end() ? 0 : found->second.size();
}

void World::forget() {
  const std::lock_guard lock(mutex_);
  calls_ = 0;
  asked_.clear();
}

AttributeList list(std::string name, const std::vector<std::string>& texts, bool before) {
  AttributeList out{std::move(name), {}};
  for (const std::string& text : texts) out.phrases.push_back({text, before});
  return out;
}

Study study_of(const WorldSetting& setting, std::vector<std::string> labels) {
  Study study;
  study.file = "study.toml";
  study.name = "made up";
  if (labels.empty()) labels = setting.things;
  for (const auto& label : labels) study.labels.push_back({label, label, "", {}});
  study.budget.images = 2000;
  study.budget.base = 64;
  study.budget.confirm = 96;
  study.budget.audit = 48;
  study.evidence.max_hypotheses = 32;
  study.search.attributes = BuiltIn::none;  // tests of a further search ask for it
  study.engine.threads = 1;
  return study;
}

}  // namespace scotoma::fake

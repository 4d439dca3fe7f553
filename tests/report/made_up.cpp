// SPDX-License-Identifier: Apache-2.0
#include "report/made_up.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/evidence/holm.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/joint_e_value.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/image/image.h"

namespace scotoma::made_up {
namespace {

const std::vector<std::string> kThings = {"fly", "bee", "ladybug", "cat", "dog", "cow", "frog", "car"};
const std::vector<std::string> kPlaces = {"grass", "snow", "beach", "forest", "night", "water"};

int index_of(const std::string& thing) {
  return static_cast<int>(std::find(kThings.begin(), kThings.end(), thing) - kThings.begin());
}

Rate rate(int events, int valid, int invalid = 0) {
  const Interval interval = clopper_pearson(events, valid, 0.95);
  return {events, valid, invalid, valid > 0 ? static_cast<double>(events) / valid : 0, interval.low, interval.high};
}

Sample sample(const std::string& label, const std::string& place, int number, const std::string& answer) {
  Sample s;
  s.request = {fmt::format("a photo of a {} on a {}", label, place), static_cast<std::uint64_t>(1000 + 7 * number)};
  s.image = fmt::format("{}-{}-{}", label, place, number % 40);
  s.prediction.top = {{index_of(answer), 0.52F + 0.47F * static_cast<float>(number * 37 % 100) / 100.0F}};
  s.judgement = {true, 0.97F + 0.001F * static_cast<float>(number % 20)};
  s.correct = answer == label;
  return s;
}

/// `failures` of `valid` fail, spread evenly.
std::vector<Sample> samples(const std::string& label, const std::string& place, int failures, int valid,
                            const std::string& wrong) {
  std::vector<Sample> all;
  for (int i = 0; i < valid; ++i) {
    const bool fails = (i + 1) * failures / valid > i * failures / valid;
    const std::string& where = place.empty() ? kPlaces[static_cast<std::size_t>(i) % kPlaces.size()] : place;
    all.push_back(sample(label, where, i, !fails ? label : i % 9 == 8 ? "ladybug" : wrong));
  }
  return all;
}

BaseResult base(const std::string& label, int failures, int valid, int invalid, const std::string& wrong) {
  BaseResult b;
  b.label = label;
  b.prompts = {fmt::format("a photo of a {}", label), fmt::format("a picture of a {}", label)};
  b.rate = rate(failures, valid, invalid);
  b.upper = clopper_pearson_upper(failures, valid, 1 - 0.01 / 16);
  b.lower = clopper_pearson_lower(failures, valid, 1 - 0.01 / 16);
  b.level = 1 - 0.01 / 16;
  b.failing_label = b.lower > 0.5;
  b.not_generatable = invalid > valid;
  b.predicted = failures > 0 ? wrong : "";
  b.samples = samples(label, "", failures, valid, wrong);
  return b;
}

Hypothesis hypothesis(const std::string& label, const std::string& text, const std::string& expected, Status status) {
  Hypothesis h;
  h.id = fmt::format("{}-{}", label, text);
  std::replace(h.id.begin(), h.id.end(), ' ', '-');
  h.label = label;
  h.phrase = {text, false, 9, 12, 1, 24, 4.2};
  h.source = Source::captions;
  h.prompts = {fmt::format("a photo of a {} {}", label, text), fmt::format("a picture of a {} {}", label, text)};
  h.prompt = h.prompts[0];
  h.expected = expected;
  h.status = status;
  h.base_events = 3;
  h.base_valid = 47;
  h.null_rate = 3.0 / 47 + 0.05;
  return h;
}

/// The e-process over `events` of `n`, spread evenly.
void confirm(Hypothesis& h, int events, int n) {
  h.confirmed = rate(events, n);
  int seen = 0;
  for (int i = 0; i < n; ++i) {
    seen += (i + 1) * events / n - i * events / n;
    h.log_e_path.push_back(log_joint_e_value({seen, i + 1}, {h.base_events, h.base_valid}, 0.05));
  }
  h.log_e_value = h.log_e_path.back();
}

void audit(Hypothesis& h, const std::string& place, int events, int valid, int base_events, const std::string& wrong) {
  const bool fails = h.direction == Direction::fails;
  const int failures = fails ? events : valid - events;
  const int base_failures = fails ? base_events : valid - base_events;
  h.predicted = fails ? wrong : "";
  h.audit = rate(events, valid, 3);
  h.audit_base = rate(base_events, valid, 1);
  h.audit_samples = samples(h.label, place, failures, valid, wrong);
  h.predicted_count =
      static_cast<int>(std::count_if(h.audit_samples.begin(), h.audit_samples.end(), [&](const Sample& s) {
        return s.failure() && s.prediction.label() == index_of(wrong);
      }));
  std::vector<Sample> without = samples(h.label, "", base_failures, valid, wrong);
  for (Sample& s : without) s.request.prompt = fmt::format("a photo of a {}", h.label);
  PairedEffect& effect = h.effect.emplace();
  for (std::size_t i = 0; i < without.size(); ++i) {
    const bool a = h.audit_samples[i].correct != fails;
    const bool b = without[i].correct != fails;
    ++(a && b ? effect.both : a ? effect.only_with : b ? effect.only_without : effect.neither);
    h.pairs.push_back({h.audit_samples[i], without[i]});
  }
  const Interval lift = newcombe_difference(events, valid, base_events, valid, 0.95);
  effect.lift_low = lift.low;
  effect.lift_high = lift.high;
  effect.mcnemar_p = mcnemar_exact(effect.only_with, effect.only_without);
}

Cluster cluster(const std::string& label, const std::string& place, const std::string& predicted, int size) {
  Cluster c;
  c.label = label;
  c.predicted = predicted;
  c.tiny = size < 3;
  for (int i = 0; i < size; ++i) {
    c.members.push_back(sample(label, place, i, predicted));
    c.captions.push_back(fmt::format("a {} {} on a {}", i % 2 == 0 ? "small" : "photo of a", label, place));
  }
  return c;
}

/// `with` of `pairs` are misclassified as the answer under the phrase, `without` of the same seeds without it.
CrossCell cell(const std::string& label, const std::string& place, const std::string& answer, int with, int without,
               int pairs = 16) {
  CrossCell c;
  c.label = label;
  c.with = rate(with, pairs, 16 - pairs);
  c.without = rate(without, pairs);
  c.only_with = std::max(0, with - without);
  c.only_without = std::max(0, without - with);
  c.tested = pairs >= 8;
  if (c.tested) c.p = mcnemar_greater(c.only_with, c.only_without);
  for (int i = 0; i < std::min(with, 4); ++i) c.samples.push_back(sample(label, place, i, answer));
  return c;
}

void correct(std::vector<CrossRow>& rows) {
  std::vector<double> p;
  for (CrossRow& row : rows) {
    for (const CrossCell& c : row.cells) {
      if (c.tested) p.push_back(c.p);
    }
  }
  const std::vector<double> adjusted = holm_adjusted(p);
  std::size_t next = 0;
  for (CrossRow& row : rows) {
    for (CrossCell& c : row.cells) {
      if (!c.tested) continue;
      c.adjusted = adjusted[next++];
      c.spreads = c.adjusted <= 0.05;
    }
  }
}

std::vector<BaseResult> bases() {
  return {base("fly", 3, 47, 1, "bee"),       base("bee", 43, 47, 1, "ladybug"), base("ladybug", 4, 46, 2, "bee"),
          base("cat", 1, 48, 0, "dog"),       base("dog", 0, 48, 0, ""),         base("cow", 6, 45, 3, "dog"),
          base("frog", 1, 11, 37, "ladybug"), base("car", 0, 48, 0, "")};
}

}  // namespace

Study study() {
  Study s;
  s.file = "/somewhere/studies/world-skewed.toml";
  s.name = "Insects on flowers";
  s.seed = 7;
  for (const std::string& thing : kThings) s.labels.push_back({thing, thing, "", {}});
  s.classifier.model = "/somewhere/studies/models/skewed-resnet.onnx";
  s.judge.kind = JudgeKind::embedder;
  return s;
}

Findings findings() {
  Findings f;
  f.class_names = kThings;
  f.bases = bases();
  Hypothesis fly = hypothesis("fly", "on a flower", "bee", Status::confirmed);
  fly.explored = rate(11, 16);
  confirm(fly, 33, 48);
  audit(fly, "flower", 61, 93, 5, "bee");
  Hypothesis ladybug = hypothesis("ladybug", "on a flower", "bee", Status::confirmed);
  ladybug.explored = rate(9, 16);
  confirm(ladybug, 40, 90);
  audit(ladybug, "flower", 44, 92, 8, "bee");
  Hypothesis bee = hypothesis("bee", "on a flower", "", Status::confirmed);
  bee.direction = Direction::passes;
  bee.base_events = 4;
  bee.null_rate = 4.0 / 47 + 0.05;
  bee.explored = rate(14, 16);
  confirm(bee, 38, 40);
  audit(bee, "flower", 88, 93, 9, "ladybug");
  f.hypotheses = {bee, fly, ladybug};

  Hypothesis weak = hypothesis("cow", "on a beach", "dog", Status::not_confirmed);
  weak.explored = rate(5, 16);
  confirm(weak, 20, 90);
  weak.tried = samples("cow", "beach", 20, 90, "dog");
  Hypothesis blurry = hypothesis("cat", "blurry", "dog", Status::not_promising);
  blurry.phrase.before = true;
  blurry.explored = rate(1, 8);
  Hypothesis frog = hypothesis("frog", "in a very dark room at night", "ladybug", Status::not_generatable);
  frog.explored = rate(1, 2, 6);
  Hypothesis late = hypothesis("car", "in the rain", "", Status::out_of_budget);
  late.source = Source::user;
  f.hypotheses.insert(f.hypotheses.end(), {weak, blurry, frog, late});
  for (const std::string& place : kPlaces) {
    Hypothesis h = hypothesis("cow", "in the " + place, "dog", Status::not_promising);
    h.explored = rate(1, 8);
    f.hypotheses.push_back(h);
  }
  f.clusters = {cluster("bee", "grass", "ladybug", 22), cluster("fly", "flower", "bee", 8),
                cluster("cow", "beach", "dog", 5), cluster("cat", "night", "dog", 1),
                cluster("ladybug", "snow", "bee", 2)};
  f.spent = {.base = 384, .explore = 312, .confirm = 402, .audit = 576};
  f.rejection_threshold = 7.2;
  for (const std::string role : {"captioner", "classifier", "embedder", "generator", "judge"}) {
    f.fingerprints[role] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    f.descriptions[role] = "64 x 64, f32";
  }
  f.descriptions["generator"] = "DPM-Solver++ 2M, 6 steps, guidance 1, 64 x 64, bf16";
  f.limits = {"5 of 13 hypotheses never got past the first look."};
  return f;
}

Findings all_records() {
  Findings f = findings();
  Hypothesis& fly = f.hypotheses[1];
  fly.shrunk_from = "sitting on a large yellow flower";
  fly.shrink_steps = {{"on a large yellow flower", "sitting", rate(14, 16), true},
                      {"sitting", "on a large yellow flower", rate(2, 16), false},
                      {"on a yellow flower", "large", rate(13, 15, 1), true, 0.96},
                      {"on a flower", "yellow", rate(14, 16), true},
                      {"", "on a flower", rate(1, 16), false}};
  fly.merged = {"on a big flower"};
  Hypothesis merged = hypothesis("fly", "on a big flower", "bee", Status::merged);
  merged.explored = rate(6, 8);
  Hypothesis both = hypothesis("dog", "dark, on a beach", "cat", Status::confirmed);
  both.id = "dog-dark-on-a-beach";
  both.phrase.parts = {{"dark", true}, {"on a beach", false}};
  both.prompts = {"a dark photo of a dog on a beach"};
  both.prompt = both.prompts[0];
  both.explored = rate(14, 16);
  confirm(both, 41, 46);
  audit(both, "beach", 84, 93, 1, "cat");
  both.part_rates = {{"dark", rate(1, 24)}, {"on a beach", rate(2, 23, 1)}};
  f.hypotheses.insert(f.hypotheses.begin(), both);
  f.hypotheses.push_back(merged);
  f.cross = {{both.phrase, "cat", {both.id}, {}},
             {f.hypotheses[2].phrase, "bee", {"bee-on-a-flower", "fly-on-a-flower", "ladybug-on-a-flower"}, {}}};
  f.cross[0].cells = {cell("fly", "beach", "cat", 1, 0),     cell("bee", "beach", "cat", 0, 0),
                      cell("ladybug", "beach", "cat", 0, 0), cell("dog", "beach", "cat", 15, 0),
                      cell("cow", "beach", "cat", 5, 2),     cell("car", "beach", "cat", 2, 0, 5)};
  f.cross[1].cells = {cell("fly", "flower", "bee", 11, 0), cell("ladybug", "flower", "bee", 9, 1),
                      cell("cat", "flower", "bee", 16, 0), cell("dog", "flower", "bee", 12, 0, 15),
                      cell("cow", "flower", "bee", 13, 0), cell("car", "flower", "bee", 1, 1)};
  correct(f.cross);
  f.diversity = Diversity{6, 48, 0.21, 0.84};
  f.spent = {.base = 384, .explore = 312, .shrink = 144, .confirm = 448, .audit = 768, .cross = 416};
  return f;
}

Findings nothing_confirmed() {
  Findings f = findings();
  f.bases.erase(f.bases.begin() + 1);  // bee, the label that fails everywhere
  std::erase_if(f.hypotheses, [](const Hypothesis& h) { return h.status == Status::confirmed; });
  std::erase_if(f.clusters, [](const Cluster& c) { return c.label == "bee"; });
  return f;
}

Findings not_audited() {
  Findings f = findings();
  std::erase_if(f.hypotheses, [](const Hypothesis& h) { return h.id != "fly-on-a-flower"; });
  Hypothesis& fly = f.hypotheses[0];
  fly = hypothesis("fly", "on a flower", "bee", Status::confirmed);
  fly.explored = rate(11, 16);
  confirm(fly, 33, 48);
  fly.tried = samples("fly", "flower", 33, 48, "bee");
  return f;
}

Result<Image> test_image(const std::string& image_id) {
  Image image{8, 8, {}};
  const std::size_t hash = std::hash<std::string>{}(image_id);
  for (std::size_t i = 0; i < 8 * 8 * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>(hash >> (8 * (i % 3))));
  return image;
}

}  // namespace scotoma::made_up

// SPDX-License-Identifier: Apache-2.0
// scotoma_report_size: how large report.html becomes, and how long it takes to write, for 10 bugs and for 1,000, with
// images of 64 and of 512 pixels, side by side in one run. The findings are made up in the numbers of a large study;
// the images are noise with the spectrum of photographs, which compresses like them.
//
// Usage: scotoma_report_size [FOLDER: keep the pages there]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scotoma/core/hash.h"
#include "scotoma/core/philox.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/evidence/joint_e_value.h"
#include "scotoma/evidence/paired.h"
#include "scotoma/image/resize.h"
#include "scotoma/report/html.h"

namespace scotoma {
namespace {

constexpr int kBaseline = 64;  // images of a label
constexpr int kConfirm = 90;   // of a hypothesis
constexpr int kAudit = 96;     // pairs
constexpr int kCrossPairs = 16;
constexpr int kCrossRows = 60;  // phrases tried on the other labels

Rate rate(int events, int valid) {
  const Interval interval = clopper_pearson(events, valid, 0.95);
  return {events, valid, 0, static_cast<double>(events) / valid, interval.low, interval.high};
}

std::string label(int index) { return fmt::format("label {}", index); }

Sample sample(const std::string& of, const std::string& place, int number, bool fails, int answer) {
  Sample s;
  s.request = {fmt::format("a photo of a {} {}", of, place), 1'000'003 * static_cast<std::uint64_t>(number + 1)};
  s.image = fmt::format("{}/{}/{}", of, place, number);
  s.prediction.top = {{answer, 0.6F + 0.003F * static_cast<float>(number)}};
  s.judgement = {true, 0.98F};
  s.correct = !fails;
  return s;
}

/// `failures` of `all` fail, spread evenly; they are misclassified as `wrong`.
std::vector<Sample> samples(int of, const std::string& place, int failures, int all, int wrong) {
  std::vector<Sample> list;
  for (int i = 0; i < all; ++i) {
    const bool fails = (i + 1) * failures / all > i * failures / all;
    list.push_back(sample(label(of), place, i, fails, fails ? wrong : of));
  }
  return list;
}

BaseResult baseline(int of) {
  const int failures = of % 25 == 0 ? 60 : of % 7;
  BaseResult base;
  base.label = label(of);
  base.prompts = {"a photo of a " + base.label};
  base.rate = rate(failures, kBaseline);
  base.lower = clopper_pearson_lower(failures, kBaseline, 1 - 1e-4);
  base.level = 1 - 1e-4;
  base.failing_label = base.lower > 0.5;
  base.predicted = failures > 0 ? label(of + 1) : "";
  base.samples = samples(of, "", failures, kBaseline, of + 1);
  return base;
}

Hypothesis bug(int of, int phrase, int wrong) {
  Hypothesis h;
  h.label = label(of);
  h.phrase = {fmt::format("in place {}", phrase), false, 9, 12, 1, 24, 4.2};
  h.id = fmt::format("label-{}-in-place-{}", of, phrase);
  h.source = Source::captions;
  h.prompt = fmt::format("a photo of a {} {}", h.label, h.phrase.text);
  h.prompts = {h.prompt, fmt::format("a picture of a {} {}", h.label, h.phrase.text)};
  h.expected = h.predicted = label(wrong);
  h.base_events = 3;
  h.base_valid = kBaseline;
  h.explored = rate(12, 16);
  return h;
}

void confirm(Hypothesis& h, int of, int wrong) {
  h.status = Status::confirmed;
  const int events = 40 + of % 50;
  h.confirmed = rate(events, kConfirm);
  for (int i = 0; i < kConfirm; ++i)
    h.log_e_path.push_back(log_joint_e_value({(i + 1) * events / kConfirm, i + 1}, {3, kBaseline}, 0.05));
  h.log_e_value = h.log_e_path.back();
  h.audit = rate(events, kAudit);
  h.audit_base = rate(4, kAudit);
  h.predicted_count = events;
  h.audit_samples = samples(of, h.phrase.text, events, kAudit, wrong);
  const std::vector<Sample> without = samples(of, "as in " + h.phrase.text, 4, kAudit, wrong);
  PairedEffect& effect = h.effect.emplace();
  for (std::size_t i = 0; i < without.size(); ++i) {
    const bool a = !h.audit_samples[i].correct;
    const bool b = !without[i].correct;
    ++(a && b ? effect.both : a ? effect.only_with : b ? effect.only_without : effect.neither);
    h.pairs.push_back({h.audit_samples[i], without[i]});
  }
  const Interval lift = newcombe_difference(events, kAudit, 4, kAudit, 0.95);
  effect.lift_low = lift.low;
  effect.lift_high = lift.high;
  effect.mcnemar_p = mcnemar_exact(effect.only_with, effect.only_without);
}

CrossRow cross(const Hypothesis& h, int labels) {
  CrossRow row{h.phrase, h.predicted, {h.id}, {}};
  for (int of = 0; of < labels; ++of) {
    const int with = of % 9 == 0 ? 14 : 1;
    CrossCell cell;
    cell.label = label(of);
    cell.with = rate(with, kCrossPairs);
    cell.without = rate(1, kCrossPairs);
    cell.only_with = with - 1;
    cell.tested = true;
    cell.p = mcnemar_greater(cell.only_with, 0);
    cell.adjusted = std::min(1.0, 1000 * cell.p);
    cell.spreads = cell.adjusted < 0.05;
    cell.samples = samples(of, "across " + h.phrase.text, 4, 4, of + 1);
    row.cells.push_back(std::move(cell));
  }
  return row;
}

/// Each phrase makes bugs of several labels, the first phrases of many: causes are of 1 to about 60 labels.
Findings findings_of(int bugs) {
  const int labels = std::max(16, bugs * 3 / 10);
  Findings f;
  for (int i = 0; i <= labels; ++i) f.class_names.push_back(label(i));
  for (int i = 0; i < labels; ++i) f.bases.push_back(baseline(i));
  for (int i = 0; i < bugs; ++i) {
    const int phrase = static_cast<int>(std::sqrt(i) * 6);
    Hypothesis h = bug(i * 7 % labels, phrase, phrase % labels);
    h.id += fmt::format("-{}", i);
    confirm(h, i * 7 % labels, phrase % labels);
    f.hypotheses.push_back(std::move(h));
  }
  for (int i = 0; i < std::min(kCrossRows, bugs); ++i)
    f.cross.push_back(cross(f.hypotheses[static_cast<std::size_t>(i)], labels));
  for (int i = 0; i < 2 * bugs; ++i) {
    f.hypotheses.push_back(bug(i % labels, 1000 + i, (i + 1) % labels));
    f.hypotheses.back().status = Status::not_promising;
  }
  for (int i = 0; i < labels; ++i) {
    Cluster cluster{label(i), Direction::fails, label(i + 1), false, samples(i, "group", 12, 12, i + 1), {}};
    for (const Sample& member : cluster.members) cluster.captions.push_back("a caption of " + member.request.prompt);
    f.clusters.push_back(std::move(cluster));
  }
  f.rejection_threshold = 9;
  f.spent = {.base = kBaseline * labels, .explore = 16 * bugs, .confirm = kConfirm * bugs, .audit = 2 * kAudit * bugs};
  return f;
}

/// Sixteen different images, each of a size, stand for all.
std::vector<Image> photographs(int side) {
  std::vector<Image> images;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    Philox random(seed);
    std::vector<double> sum(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3, 128);
    for (int cells = 2; cells <= side; cells *= 2) {  // amplitude falls as 1/frequency
      Image noise{cells, cells, {}};
      for (int i = 0; i < cells * cells; ++i) {
        const auto grey = random.below(200);  // colours vary less than brightness
        for (int c = 0; c < 3; ++c) noise.rgb.push_back(static_cast<std::uint8_t>(grey + random.below(56)));
      }
      const Image smooth = resized(noise, {side, side}, Filter::bicubic);
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += (smooth.rgb[i] - 128.0) * 1.2 / std::sqrt(cells / 2.0);
    }
    Image image{side, side, {}};
    for (const double each : sum) image.rgb.push_back(static_cast<std::uint8_t>(std::clamp(each, 0.0, 255.0)));
    images.push_back(std::move(image));
  }
  return images;
}

void measure(int bugs, int side, const std::filesystem::path& folder) {
  Study study;
  study.file = "large.toml";
  study.name = fmt::format("{} bugs", bugs);
  const Findings findings = findings_of(bugs);
  for (const BaseResult& base : findings.bases) study.labels.push_back({base.label, base.label, "", {}});
  const std::vector<Image> images = photographs(side);
  const ImageSource source = [&](const std::string& id) -> Result<Image> {
    return images[std::hash<std::string>{}(id) % images.size()];
  };
  const auto start = std::chrono::steady_clock::now();
  const auto html = report_html(study, findings, source);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (!html.ok()) {
    fmt::print(stderr, "{}\n", html.error().message);
    std::exit(1);
  }
  const std::size_t begin = html->find("<svg class=\"images\"");
  const std::size_t embedded = html->find("</defs></svg>") - begin;
  std::size_t count = 0;
  for (std::size_t at = html->find("<image "); at != std::string::npos; at = html->find("<image ", at + 1)) ++count;
  const auto megabytes = [](std::size_t bytes) { return static_cast<double>(bytes) / 1e6; };
  fmt::print("| {} | {} | {:.2f} | {:.2f} | {} | {:.2f} |\n", bugs, side, megabytes(html->size()), megabytes(embedded),
             count, seconds.count());
  if (!folder.empty()) std::ofstream(folder / fmt::format("report-{}-{}.html", bugs, side)) << *html;
}

}  // namespace
}  // namespace scotoma

int main(int argc, char** argv) {
  const std::filesystem::path folder = argc > 1 ? argv[1] : "";
  fmt::print("| bugs | image side | MB | of it images | images | seconds to write |\n|---|---|---|---|---|---|\n");
  for (const int bugs : {10, 1000}) {
    for (const int side : {64, 512}) scotoma::measure(bugs, side, folder);
  }
}

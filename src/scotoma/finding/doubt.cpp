// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/doubt.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "scotoma/evidence/binomial_tail.h"
#include "scotoma/finding/count.h"

namespace scotoma {
namespace {

constexpr std::size_t kFew = 8;  ///< images, below which nothing is said
constexpr double kNearlyAll = 0.9;
constexpr double kHardly = 0.1;  ///< of the distance between labels
constexpr double kLevel = 0.05;

using Samples = std::vector<const Sample*>;

Samples base_samples(const Findings& findings) {
  Samples all;
  for (const BaseResult& base : findings.bases) {
    for (const Sample& sample : base.samples) all.push_back(&sample);
  }
  return all;
}

template <class Part>
bool all_alike(const Samples& samples, const Part& part) {
  return std::all_of(samples.begin(), samples.end(), [&](const Sample* s) { return part(*s) == part(*samples[0]); });
}

/// Most requests gave an image that another seed gave too.
std::string about_generator(const Samples& all) {
  std::map<std::string, const Sample*> first;
  std::pair<const Sample*, const Sample*> example;
  std::size_t repeats = 0;
  for (const Sample* sample : all) {
    if (sample->image.empty()) continue;
    const auto [found, fresh] = first.try_emplace(sample->image, sample);
    if (fresh || found->second->request == sample->request) continue;
    ++repeats;
    if (example.first == nullptr) example = {found->second, sample};
  }
  if (all.size() < kFew || 2 * repeats < all.size()) return "";
  const auto& [one, other] = example;
  return fmt::format(
      "Of {} base prompts and seeds, {} gave an image that another had given: prompt \"{}\", seed {} that of \"{}\", "
      "seed {}. Look at it: one plain colour means numbers out of range in the generator (set precision = \"f32\" in "
      "[engine]).",
      all.size(), repeats, other->request.prompt, other->request.seed, one->request.prompt, one->request.seed);
}

/// Images of one prompt are hardly different at all.
std::string about_diversity(const Findings& findings) {
  if (!findings.diversity || findings.diversity->images < static_cast<int>(2 * kFew)) return "";
  const Diversity& diversity = *findings.diversity;
  if (diversity.within >= kHardly * diversity.across) return "";
  return fmt::format(
      "The generator draws nearly the same image again and again: by the embedder, two images of one base prompt "
      "differ "
      "by {:.3f}, two of different labels by {:.3f} (cosine distance, {} images of {} prompts). Each rate is that of "
      "hardly more than one image; take less guidance, more steps, or another generator.",
      diversity.within, diversity.across, diversity.images, diversity.prompts);
}

std::string about_judge(const Findings& findings, const Samples& all) {
  const auto& bases = findings.bases;
  const auto refused = std::count_if(all.begin(), all.end(), [](const Sample* s) { return !s->valid(); });
  const bool none_left = std::all_of(bases.begin(), bases.end(), [](const BaseResult& b) { return b.not_generatable; });
  if (none_left || static_cast<double>(refused) >= kNearlyAll * static_cast<double>(all.size())) {
    return fmt::format(
        "The judge refused {} of {} baseline images, so {} could be examined. Look at some: if they show their labels, "
        "check the judge's mean and std, class names, output and threshold; else the generator cannot show these "
        "labels.",
        refused, all.size(), none_left ? "no label" : "hardly anything");
  }
  const auto score = [](const Sample& s) { return s.judgement.score; };
  const bool open = score(*all[0]) > 0.001F && score(*all[0]) < 0.999F;  // beyond, scores of 8 bits are often equal
  if (!open || !all_alike(all, score)) return "";
  return fmt::format(
      "The judge gave all {} baseline images the score {:.3g}: it does not look at them. Check its file, mean and std.",
      all.size(), score(*all[0]));
}

std::string about_classifier(const Findings& findings, const Samples& all) {
  Samples valid;
  std::copy_if(all.begin(), all.end(), std::back_inserter(valid), [](const Sample* s) { return s->valid(); });
  if (valid.size() < kFew) return "";
  const auto labels = std::count_if(findings.bases.begin(), findings.bases.end(),
                                    [](const BaseResult& base) { return base.rate.valid > 0; });
  const std::string check =
      "check its mean and std, its channels, and that the class names are in the order of its outputs.";
  if (labels > 1 && all_alike(valid, [](const Sample& s) { return s.prediction.label(); })) {
    const auto answer = static_cast<std::size_t>(valid[0]->prediction.label());
    return fmt::format("The classifier called all {} valid baseline images of {} labels \"{}\": {}", valid.size(),
                       labels, findings.class_names.at(answer), check);
  }
  const auto right = std::count_if(valid.begin(), valid.end(), [](const Sample* s) { return s->recognised(); });
  const std::size_t classes = findings.class_names.size();
  if (!like_guessing(static_cast<int>(right), static_cast<int>(valid.size()), classes, kLevel)) return "";
  return fmt::format(
      "The classifier was right on {} of {} valid baseline images, no more than by guessing among its {} classes. "
      "Unless you expect that, {}",
      right, valid.size(), classes, check);
}

/// Whether a class is called as the label is: "tabby, tabby cat" is called "tabby" and "tabby cat".
bool is_called(const std::string& class_name, const std::string& label) {
  for (std::size_t at = 0; at <= class_name.size();) {
    const std::size_t end = std::min(class_name.find(", ", at), class_name.size());
    if (class_name.compare(at, end - at, label) == 0) return true;
    at = end + 2;
  }
  return false;
}

/// Nearly all valid images of one label are classified as the other.
bool all_called(const BaseResult& base, const std::string& other, const std::vector<std::string>& class_names) {
  std::size_t valid = 0;
  std::size_t called = 0;
  for (const Sample& sample : base.samples) {
    if (!sample.valid()) continue;
    ++valid;
    const auto answer = static_cast<std::size_t>(sample.prediction.label());
    called += !sample.recognised() && is_called(class_names.at(answer), other) ? 1U : 0U;
  }
  return valid >= kFew && static_cast<double>(called) >= kNearlyAll * static_cast<double>(valid);
}

std::string about_swapped(const Findings& findings) {
  const auto& bases = findings.bases;
  for (std::size_t i = 0; i < bases.size(); ++i) {
    for (std::size_t k = i + 1; k < bases.size(); ++k) {
      if (!all_called(bases[i], bases[k].label, findings.class_names)) continue;
      if (!all_called(bases[k], bases[i].label, findings.class_names)) continue;
      return fmt::format(
          "Nearly every valid baseline image of \"{}\" is classified as \"{}\", and the other way round. Unless you "
          "expect "
          "that, two class names are swapped: check their order against the classifier's outputs.",
          bases[i].label, bases[k].label);
    }
  }
  return "";
}

std::string about_captioner(const Findings& findings) {
  std::vector<std::string> captions;
  std::size_t clusters = 0;
  for (const Cluster& cluster : findings.clusters) {
    clusters += cluster.captions.empty() ? 0U : 1U;
    captions.insert(captions.end(), cluster.captions.begin(), cluster.captions.end());
  }
  const auto alike = [&](const std::string& caption) { return caption == captions[0]; };
  if (clusters < 2 || captions.size() < kFew || !std::all_of(captions.begin(), captions.end(), alike)) return "";
  return fmt::format(
      "The captioner said \"{}\" of all {} images that it was asked about: phrases cannot come from it. Check its "
      "folder.",
      captions[0], captions.size());
}

}  // namespace

bool like_guessing(int right, int asked, std::size_t choices, double level) {
  if (asked == 0 || choices < 2) return false;
  return binomial_at_least(right, asked, 1.0 / static_cast<double>(choices)) > level;
}

std::vector<std::string> doubts(const Findings& findings) {
  const Samples all = base_samples(findings);
  if (all.size() < kFew) return {};
  std::vector<std::string> out;
  std::string of_classifier = about_swapped(findings);  // says more than that little is right
  if (of_classifier.empty()) of_classifier = about_classifier(findings, all);
  std::string of_generator = about_generator(all);  // the same image says more than nearly the same
  if (of_generator.empty()) of_generator = about_diversity(findings);
  for (std::string& sentence : std::vector{std::move(of_generator), about_judge(findings, all),
                                           std::move(of_classifier), about_captioner(findings)}) {
    if (!sentence.empty()) out.push_back(std::move(sentence));
  }
  return out;
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "scotoma/find/certify_study.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "scotoma/cache/memo.h"
#include "scotoma/core/parallel.h"
#include "scotoma/find/find.h"
#include "scotoma/stage/certify.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

/// Behind those that are there, unless it is one of them.
void add(std::vector<ListedPhrase>& phrases, const ListedPhrase& phrase) {
  if (std::find(phrases.begin(), phrases.end(), phrase) == phrases.end()) phrases.push_back(phrase);
}

Result<const AttributeList*> list_of(const Study& study, const std::string& name) {
  std::vector<std::string> names;
  for (const AttributeList& list : study.attributes) {
    if (list.name == name) return &list;
    names.push_back(list.name);
  }
  return bad_input(
      fmt::format("{}: no [[attributes]] list '{}' for the certificate; {}", study.file.string(), name,
                  names.empty() ? "the study has none" : fmt::format("it has: {}", fmt::join(names, ", "))));
}

Result<std::vector<Target>> chosen_targets(const Study& study, const std::vector<std::string>& labels,
                                           const std::vector<std::string>& class_names) {
  SCOTOMA_ASSIGN_OR_RETURN(auto targets, find_targets(study, class_names));
  std::vector<std::string> names;
  for (const Target& target : targets) names.push_back(target.label.name);
  for (const std::string& label : labels) {
    if (std::find(names.begin(), names.end(), label) != names.end()) continue;
    return bad_input(
        fmt::format("{}: no label '{}' in this study; it has: {}", study.file.string(), label, fmt::join(names, ", ")));
  }
  std::erase_if(targets, [&](const Target& target) {
    return !labels.empty() && std::find(labels.begin(), labels.end(), target.label.name) == labels.end();
  });
  return targets;
}

}  // namespace

Result<std::vector<ListedPhrase>> phrases_to_certify(const Study& study) {
  const CertifyOptions& options = study.certify;
  std::vector<ListedPhrase> phrases;
  std::vector<std::string> lists = options.lists;
  if (lists.empty() && options.phrases.empty() && options.in_front.empty()) {
    for (const AttributeList& list : study.attributes) lists.push_back(list.name);
  }
  for (const std::string& name : lists) {
    SCOTOMA_ASSIGN_OR_RETURN(const AttributeList* list, list_of(study, name));
    for (const ListedPhrase& phrase : list->phrases) add(phrases, phrase);
  }
  for (const std::string& text : options.phrases) add(phrases, {text, false});
  for (const std::string& text : options.in_front) add(phrases, {text, true});
  if (phrases.empty()) {
    return bad_input(
        fmt::format("{}: a certificate needs phrases: give some with --phrase (\"in the snow\"), in "
                    "certify.phrases, or as [[attributes]] lists",
                    study.file.string()));
  }
  for (const ListedPhrase& phrase : phrases) {
    if (const std::string why = unfit_phrase(phrase.text); !why.empty())
      return bad_input(fmt::format("{}: the certificate's phrase '{}': {}", study.file.string(), phrase.text, why));
  }
  return phrases;
}

bool find_certifies(const Study& study) {
  const CertifyOptions& options = study.certify;
  const bool named = !options.lists.empty() || !options.phrases.empty() || !options.in_front.empty();
  return options.in_study && (named || !study.attributes.empty());
}

int certificate_images(const Study& study) {
  if (!find_certifies(study)) return 0;
  const auto phrases = phrases_to_certify(study);
  if (!phrases.ok()) return 0;
  const double each = study.certify.each;
  const double beside = std::ceil(std::sqrt(static_cast<double>(phrases->size())) * each);  // baseline images
  const double all = static_cast<double>(study.labels.size()) * (static_cast<double>(phrases->size()) * each + beside);
  const int most = study.certify.images > 0 ? study.certify.images : study.budget.images;
  return static_cast<int>(std::min(all, static_cast<double>(most)));
}

Result<void> check_certificate(const Study& study) {
  if (!find_certifies(study)) return {};
  SCOTOMA_ASSIGN_OR_RETURN(const auto phrases, phrases_to_certify(study));
  static_cast<void>(phrases);
  return {};
}

Result<Certificate> certify_through(Memo& memo, const Study& study, const std::vector<std::string>& labels,
                                    const Models& models, Listener& listener) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto phrases, phrases_to_certify(study));
  const std::vector<std::string>& class_names = models.classifier->class_names();
  SCOTOMA_ASSIGN_OR_RETURN(const auto targets, chosen_targets(study, labels, class_names));
  StageContext context{study, targets, class_names, memo, listener};
  SCOTOMA_ASSIGN_OR_RETURN(Certificate certificate, certify(context, phrases));
  for (const auto& [kind, name] : names_of(RoleKind())) {
    const Role* role = role_of(models, kind);
    const bool asked = kind == RoleKind::generator || kind == RoleKind::classifier || kind == RoleKind::judge;
    if (role == nullptr || !asked) continue;
    certificate.fingerprints[std::string(name)] = role->fingerprint();
    certificate.descriptions[std::string(name)] = role->describe();
  }
  return certificate;
}

Result<Certificate> certify_study(const Study& study, const std::vector<std::string>& labels, Models& models,
                                  AnswerCache& cache, const CancelToken& cancel, Listener& listener) {
  Memo memo(models, cache, cancel, listener, {thread_count(study.engine.threads), false});
  listener.on(StageBegan{Stage::certify});
  SCOTOMA_ASSIGN_OR_RETURN(Certificate certificate, certify_through(memo, study, labels, models, listener));
  SCOTOMA_RETURN_IF_ERROR(memo.settle());
  return certificate;
}

}  // namespace scotoma

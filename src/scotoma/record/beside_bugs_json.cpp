// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/beside_bugs_json.h"

#include <nlohmann/json.hpp>
#include <set>

#include "scotoma/finding/beside_search.h"
#include "scotoma/record/certificate_json.h"
#include "scotoma/wording/beside_search.h"
#include "scotoma/wording/text.h"

namespace scotoma {

using nlohmann::ordered_json;

namespace {

constexpr std::size_t kExamples = 12;  // image files a list names

}  // namespace

ordered_json text_list(const std::vector<std::string>& values) {
  ordered_json list = ordered_json::array();
  for (const std::string& value : values) list.push_back(valid_utf8(value));
  return list;
}

ordered_json example_files(const std::vector<Sample>& samples, bool failing, const ImagePath& path) {
  ordered_json list = ordered_json::array();
  std::set<std::string> seen;
  for (const Sample& sample : samples) {
    if (list.size() == kExamples) break;
    if (sample.valid() && sample.failure() == failing && seen.insert(sample.image).second) {
      list.push_back(path(sample.image));
    }
  }
  return list;
}

ordered_json drafts_json(const DraftComparison& drafts) {
  ordered_json json = {{"images", drafts.images},
                       {"compared", drafts.compared()},
                       {"both_fail", drafts.both},
                       {"only_draft_fails", drafts.only_draft},
                       {"only_full_fails", drafts.only_full},
                       {"neither_fails", drafts.neither},
                       {"draft_invalid", drafts.invalid}};
  const bool both_kinds = drafts.both + drafts.only_draft > 0 && drafts.only_full + drafts.neither > 0;
  if (both_kinds) json["correlation"] = drafts.correlation();  // else there is none
  json["gone_back"] = drafts.gone_back;
  return json;
}

ordered_json diversity_json(const Diversity& diversity) {
  return {{"prompts", diversity.prompts},
          {"images", diversity.images},
          {"within", diversity.within},
          {"across", diversity.across}};
}

ordered_json judge_json(const JudgeReview& review) {
  return {{"reviewed", review.reviewed},
          {"accepted", review.accepted},
          {"accepted_wrong", review.accepted_wrong},
          {"refused", review.refused},
          {"refused_wrong", review.refused_wrong}};
}

ordered_json certificate_beside_json(const Study& study, const Findings& findings, const ImagePath& path) {
  const Certificate& certificate = *findings.certificate;
  ordered_json json = certificate_fields(certificate);
  for (std::size_t i = 0; i < certificate.cells.size(); ++i) {
    const Hypothesis* same = same_claim(findings, certificate.cells[i]);
    const bool bug = same != nullptr && same->status == Status::confirmed;
    json["cells"][i]["hypothesis"] = same == nullptr ? ordered_json() : ordered_json(valid_utf8(same->id));
    json["cells"][i]["confirmed_bug"] = bug;
    json["cells"][i]["contradicts_bug"] = bug && contradict(certificate, certificate.cells[i], *same);
    json["cells"][i]["examples"] = example_files(certificate.cells[i].failures, true, path);
  }
  const BesideSearch beside = beside_search(study, findings);
  json["beside_search"] = {{"warnings", text_list(beside.warnings)}, {"notes", text_list(beside.notes)}};
  return json;
}

}  // namespace scotoma

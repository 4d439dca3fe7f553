// SPDX-License-Identifier: Apache-2.0
#include "scotoma/record/certificate_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "scotoma/record/beside_bugs_json.h"
#include "scotoma/record/transfer_json.h"
#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

ordered_json cell_json(const Certificate& certificate, const CertificateCell& cell) {
  return {{"label", valid_utf8(cell.label)},
          {"phrase", valid_utf8(cell.phrase)},
          {"position", cell.before ? "before" : "after"},
          {"prompt", valid_utf8(cell.prompt)},
          {"verdict", name_of(cell.verdict)},
          {"end", name_of(cell.end)},
          {"failures", cell.rate.failures},
          {"valid", cell.rate.valid},
          {"invalid", cell.rate.invalid},
          {"at_most", cell.at_most < 1 ? ordered_json(cell.at_most) : ordered_json()},
          {"log_e_pass", number(cell.log_pass)},
          {"log_e_bug", number(cell.log_bug)},
          {"figures", valid_utf8(figures(certificate, cell))}};
}

ordered_json label_json(const Certificate& certificate, const LabelCertificate& label) {
  return {{"label", valid_utf8(label.label)},
          {"certified", label.certified},
          {"sentence", valid_utf8(sentence(certificate, label))},
          {"baseline", rate_json(label.base)},
          {"failing_label", label.failing_label},
          {"log_e_pass", number(label.log_pass)}};
}

}  // namespace

ordered_json certificate_fields(const Certificate& certificate) {
  ordered_json json = {{"size", certificate.size},
                       {"variant", certificate.absolute ? "absolute" : "above-baseline"},
                       {"alpha", certificate.alpha},
                       {"certified", certificate.certified()}};
  json["counts"] = ordered_json::object();
  for (const auto& [verdict, name] : names_of(CellVerdict()))
    json["counts"][std::string(name)] = certificate.count(verdict);
  json["levels"] = {{"passed", certificate.passed_level}, {"labels", certificate.labels_level}};
  json["images"] = {
      {"with_phrase", certificate.images}, {"baseline", certificate.base_images}, {"most", certificate.most_images}};
  json["labels"] = ordered_json::array();
  for (const LabelCertificate& label : certificate.labels) json["labels"].push_back(label_json(certificate, label));
  json["cells"] = ordered_json::array();
  for (const CertificateCell& cell : certificate.cells) json["cells"].push_back(cell_json(certificate, cell));
  json["statements"] = text_list(level_sentences(certificate));
  json["limits"] = text_list(certificate.limits);
  return json;
}

ordered_json certificate_json(const Study& study, const Certificate& certificate) {
  ordered_json json = {
      {"schema_version", kCertificateSchemaVersion}, {"study", valid_utf8(study.name)}, {"seed", study.seed}};
  json.update(certificate_fields(certificate));
  json["fingerprints"] = ordered_json::object();
  for (const auto& [role, fingerprint] : certificate.fingerprints) json["fingerprints"][role] = valid_utf8(fingerprint);
  return json;
}

}  // namespace scotoma

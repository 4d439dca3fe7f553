// SPDX-License-Identifier: Apache-2.0
#include "scotoma/finding/certificate.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "scotoma/evidence/closed_e_bh.h"

namespace scotoma {
namespace {

/// The level of e-BH for those that are certified, of `tested` that might have been.
template <class Records, class IsCertified>
double level_of(const Records& records, int tested, IsCertified is_certified) {
  std::vector<double> log_e_values;
  std::vector<std::size_t> chosen;
  for (const auto& record : records) {
    if (!is_certified(record)) continue;
    chosen.push_back(log_e_values.size());
    log_e_values.push_back(record.log_pass);
  }
  return closed_e_bh_level(log_e_values, chosen, std::max(tested, 1));
}

}  // namespace

int Certificate::count(CellVerdict verdict) const {
  return static_cast<int>(
      std::count_if(cells.begin(), cells.end(), [&](const CertificateCell& cell) { return cell.verdict == verdict; }));
}

int Certificate::count(CellVerdict verdict, const std::string& label) const {
  return static_cast<int>(std::count_if(cells.begin(), cells.end(), [&](const CertificateCell& cell) {
    return cell.verdict == verdict && cell.label == label;
  }));
}

int Certificate::tested() const {
  return static_cast<int>(std::count_if(
      cells.begin(), cells.end(), [](const CertificateCell& cell) { return cell.rate.valid + cell.rate.invalid > 0; }));
}

void conclude(Certificate& certificate) {
  const auto passed = [](const CertificateCell& cell) { return cell.verdict == CellVerdict::certified; };
  for (LabelCertificate& label : certificate.labels) {
    label.certified = true;
    // Under each null "this phrase raises the rate" the least e-value is at most that phrase's.
    label.log_pass = std::numeric_limits<double>::infinity();
    for (const CertificateCell& cell : certificate.cells) {
      if (cell.label != label.label) continue;
      label.certified = label.certified && passed(cell);
      label.log_pass = std::min(label.log_pass, cell.log_pass);
    }
  }
  certificate.passed_level = level_of(certificate.cells, certificate.tested(), passed);
  certificate.labels_level = level_of(certificate.labels, static_cast<int>(certificate.labels.size()),
                                      [](const auto& label) { return label.certified; });
}

bool Certificate::certified() const { return count(CellVerdict::certified) == static_cast<int>(cells.size()); }

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/certify_limits.h"

#include <fmt/format.h>

#include <algorithm>

namespace scotoma {
namespace {

std::ptrdiff_t undecided(const Certificate& certificate, CellEnd end) {
  return std::count_if(certificate.cells.begin(), certificate.cells.end(), [end](const CertificateCell& cell) {
    return cell.verdict == CellVerdict::undecided && cell.end == end;
  });
}

}  // namespace

std::vector<std::string> limits_of(const Certificate& certificate, int each) {
  std::vector<std::string> limits;
  const std::size_t all = certificate.cells.size();
  if (const auto cells = undecided(certificate, CellEnd::budget); cells > 0) {
    limits.push_back(
        fmt::format("{} of {} phrases and labels were given up, as {} images would not have done for all if none had "
                    "ended early; raise certify.images, or certify fewer phrases.",
                    cells, all, certificate.most_images));
  }
  if (const auto cells = undecided(certificate, CellEnd::each); cells > 0) {
    limits.push_back(fmt::format(
        "{} of {} phrases and labels are undecided after {} images each; certify.each allows more.", cells, all, each));
  }
  for (const LabelCertificate& label : certificate.labels) {
    if (certificate.absolute || !label.failing_label) continue;
    limits.push_back(
        fmt::format("'{}' fails in {} of {} baseline images: nothing is certified of it, for that a phrase does not "
                    "make it worse is no pass. certify.variant = \"absolute\" asks about the rate itself.",
                    label.label, label.base.failures, label.base.valid));
  }
  return limits;
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/certificate_junit.h"

#include <fmt/format.h>

#include "scotoma/wording/certificate_words.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

std::string totals(const std::string& name, int cases, int passed) {
  return fmt::format("name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\"", escape_html(name), cases,
                     cases - passed);
}

std::string case_xml(const Study& study, const Certificate& certificate, const CertificateCell& cell) {
  std::string xml = fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\">\n", escape_html(study.name),
                                escape_html(cell.label), escape_html(cell.phrase));
  if (cell.verdict != CellVerdict::certified) {
    const std::string what = escape_html(figures(certificate, cell));
    xml += fmt::format("      <failure type=\"{0}\" message=\"{0}: {1}\">{2}\n{1}</failure>\n",
                       verdict_words(cell.verdict), what, escape_html(cell.prompt));
  }
  return xml + "    </testcase>\n";
}

}  // namespace

std::string certificate_junit(const Study& study, const Certificate& certificate) {
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n",
      totals(study.name, static_cast<int>(certificate.cells.size()), certificate.count(CellVerdict::certified)));
  for (const LabelCertificate& label : certificate.labels) {
    int cases = 0;
    std::string inside;
    for (const CertificateCell& cell : certificate.cells) {
      if (cell.label != label.label) continue;
      ++cases;
      inside += case_xml(study, certificate, cell);
    }
    xml += fmt::format("  <testsuite {}>\n{}  </testsuite>\n",
                       totals(label.label, cases, certificate.count(CellVerdict::certified, label.label)), inside);
  }
  return xml + "</testsuites>\n";
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/certificate_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

/// A share, to three digits, which has to be exact: "5 %", "0.1 %".
std::string exact_percent(double share) { return fmt::format("{:.3g}\u00A0%", 100 * share); }

int phrases_of(const Certificate& certificate, const std::string& label) {
  return static_cast<int>(
      std::count_if(certificate.cells.begin(), certificate.cells.end(),
                    [&](const CertificateCell& cell) { return label.empty() || cell.label == label; }));
}

int certified_labels(const Certificate& certificate) {
  return static_cast<int>(std::count_if(certificate.labels.begin(), certificate.labels.end(),
                                        [](const LabelCertificate& label) { return label.certified; }));
}

std::string first_phrase(const Certificate& certificate, const std::string& label) {
  for (const CertificateCell& cell : certificate.cells) {
    if (cell.label == label) return cell.phrase;
  }
  return {};
}

std::string certified_sentence(const Certificate& certificate, const std::string& label, int phrases) {
  const std::string alpha = exact_percent(certificate.alpha);
  const std::string which = phrases == 1 ? fmt::format("\"{}\"", first_phrase(certificate, label))
                                         : fmt::format("none of these {} phrases", phrases);
  if (certificate.absolute && phrases == 1) {
    return fmt::format("With {} '{}' fails in less than {} of its images (alpha {}).", which, label,
                       size_words(certificate), alpha);
  }
  if (certificate.absolute) {
    return fmt::format("With {} does '{}' fail in {} of its images or more (alpha {}).", which, label,
                       size_words(certificate), alpha);
  }
  return fmt::format("{} {} the failure rate of '{}' by more than {} (alpha {}).", capitalised(which),
                     phrases == 1 ? "does not raise" : "raises", label, size_words(certificate), alpha);
}

std::string why(CellEnd end) {
  switch (end) {
    case CellEnd::hopeless:
      return "; more images, up to certify.each, would hardly decide";
    case CellEnd::each:
      return "; all images of certify.each were used";
    case CellEnd::budget:
      return "; the images of the certificate did not do";
    case CellEnd::failing_label:
      return "; its label fails without it, too";
    case CellEnd::decided:
      break;
  }
  return {};
}

}  // namespace

std::string_view verdict_words(CellVerdict verdict) {
  switch (verdict) {
    case CellVerdict::certified:
      return "certified";
    case CellVerdict::bug:
      return "bug";
    case CellVerdict::not_generatable:
      return "cannot be generated";
    case CellVerdict::undecided:
      break;
  }
  return "undecided";
}

std::string size_words(const Certificate& certificate) {
  return certificate.absolute ? exact_percent(certificate.size) : fmt::format("{:.3g} points", 100 * certificate.size);
}

std::string verdicts_in_numbers(const Certificate& certificate, const std::string& label) {
  const auto count = [&](CellVerdict verdict) {
    return label.empty() ? certificate.count(verdict) : certificate.count(verdict, label);
  };
  std::vector<std::string> parts = {counted(phrases_of(certificate, label),
                                            label.empty() ? "phrase and label" : "phrase",
                                            label.empty() ? "phrases and labels" : "phrases")};
  parts.push_back(fmt::format("{} certified", count(CellVerdict::certified)));
  if (const int bugs = count(CellVerdict::bug); bugs > 0) parts.push_back(counted(bugs, "bug"));
  for (const CellVerdict verdict : {CellVerdict::undecided, CellVerdict::not_generatable}) {
    if (count(verdict) > 0) parts.push_back(fmt::format("{} {}", count(verdict), verdict_words(verdict)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string sentence(const Certificate& certificate, const LabelCertificate& label) {
  if (label.certified) return certified_sentence(certificate, label.label, phrases_of(certificate, label.label));
  return fmt::format("'{}' is not certified: of {}.", label.label, verdicts_in_numbers(certificate, label.label));
}

std::string headline(const Certificate& certificate) {
  if (certificate.labels.size() == 1) return sentence(certificate, certificate.labels.front());
  if (certificate.certified())
    return fmt::format("All {} labels are certified: no phrase {} {}.", certificate.labels.size(),
                       certificate.absolute ? "makes one fail in" : "raises a failure rate by more than",
                       size_words(certificate) + (certificate.absolute ? " of its images or more" : ""));
  return fmt::format("Not all is certified: of {}.", verdicts_in_numbers(certificate));
}

std::vector<std::string> level_sentences(const Certificate& certificate) {
  const std::string alpha = exact_percent(certificate.alpha);
  const auto cells = static_cast<int>(certificate.cells.size());
  const int passed = certificate.count(CellVerdict::certified);
  const auto labels = static_cast<int>(certificate.labels.size());
  const int whole = certified_labels(certificate);
  std::vector<std::string> said;
  if (passed == cells) {
    said.push_back(fmt::format(
        "All that was asked is certified, and it was fixed before the first image: {} at alpha {} without a "
        "correction (intersection-union test).",
        labels == 1 ? "it holds" : "each label's certificate holds, and that of all labels together,", alpha));
  } else if (whole > 0) {
    said.push_back(fmt::format(
        "A label's certificate holds at alpha {} without a correction for a label that was chosen beforehand "
        "(intersection-union test). Who points at {} of {} labels because {} passed claims {} at a false discovery "
        "rate "
        "of {} (e-BH over all labels).",
        alpha, whole, labels, whole == 1 ? "it" : "they", whole == 1 ? "it" : "them",
        at_most(certificate.labels_level)));
  }
  if (passed < cells && passed > 0) {
    said.push_back(
        fmt::format("The {} of {} phrases and labels that passed are picked afterwards: as a set they are claimed at a "
                    "false discovery rate of {} (e-BH over all {}).",
                    passed, cells, at_most(certificate.passed_level), certificate.tested()));
  }
  if (const int bugs = certificate.count(CellVerdict::bug); bugs > 0) {
    said.push_back(fmt::format(
        "{}: {} {}. That even one is wrongly called so has a probability of at most {} "
        "(Bonferroni over all {}).",
        capitalised(counted(bugs, "bug")), bugs == 1 ? "it fails" : "they fail",
        certificate.absolute ? fmt::format("in more than {} of the images", size_words(certificate))
                             : fmt::format("by more than {} above the baseline rate", size_words(certificate)),
        alpha, certificate.tested()));
  }
  return said;
}

std::string limit_sentence(const Certificate& certificate) {
  return fmt::format("\"At most\" is an upper limit with a confidence of {}, of each phrase and label by itself.",
                     exact_percent(1 - certificate.alpha));
}

std::string cost_sentence(const Certificate& certificate) {
  int passed = 0;
  int images = 0;
  for (const CertificateCell& cell : certificate.cells) {
    if (cell.verdict != CellVerdict::certified) continue;
    ++passed;
    images += cell.rate.valid + cell.rate.invalid;
  }
  return fmt::format(
      "{}: {} with a phrase, {}{}.", capitalised(counted(certificate.images + certificate.base_images, "image")),
      grouped(certificate.images), counted(certificate.base_images, "baseline image"),
      passed == 0
          ? ""
          : fmt::format("; {:.1f} with a phrase for each that is certified", static_cast<double>(images) / passed));
}

std::string limit_words(const Certificate& certificate, const CertificateCell& cell) {
  if (cell.at_most >= 1) return "–";
  return certificate.absolute ? fmt::format("{:.1f}\u00A0%", 100 * cell.at_most)
                              : fmt::format("{:+.1f} points", 100 * cell.at_most);
}

std::string figures(const Certificate& certificate, const CertificateCell& cell) {
  std::string text = cell.rate.valid == 0 ? "no valid image" : fmt::format("{} images fail", fraction(cell.rate));
  if (cell.rate.invalid > 0) {
    text += fmt::format("; {} more {} not show the label", cell.rate.invalid, cell.rate.invalid == 1 ? "does" : "do");
  }
  if (cell.at_most < 1 && cell.rate.valid > 0) {
    text += certificate.absolute ? fmt::format("; at most {}", limit_words(certificate, cell))
                                 : fmt::format("; {:.1f} points more than the baseline at most", 100 * cell.at_most);
  }
  return text + (cell.verdict == CellVerdict::undecided ? why(cell.end) : "");
}

}  // namespace scotoma

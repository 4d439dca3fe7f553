// SPDX-License-Identifier: Apache-2.0
#include "scotoma/wording/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "scotoma/finding/cause.h"
#include "scotoma/finding/phrase.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

/// Two significant digits, rounded down.
double floor_to_two_digits(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 1);
  return std::floor(value / unit * (1 + 1e-12)) * unit;
}

std::string superscript(int number) {
  static constexpr std::array<std::string_view, 10> kDigits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char c : std::to_string(number)) text += kDigits[static_cast<std::size_t>(c - '0')];
  return text;
}

/// A phrase's pieces in front of the label and behind it, as they stand in a sentence.
struct Around {
  std::string before;
  std::string after;
};

Around around(const Phrase& phrase) {
  Around around;
  for (const PhrasePart& part : phrase.pieces()) {
    if (part.text.empty()) continue;
    std::string& side = part.before ? around.before : around.after;
    side += (side.empty() ? "" : part.before ? ", " : " ") + part.text;
  }
  return around;
}

std::string trimmed(double value) { return value < 10 ? fmt::format("{:.2g}", value) : fmt::format("{:.0f}", value); }

}  // namespace

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string grouped(long long number) {
  std::string digits = std::to_string(number);
  const int first = number < 0 ? 1 : 0;
  for (int i = static_cast<int>(digits.size()) - 3; i > first; i -= 3) digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

std::string counted(int count, std::string_view noun, std::string_view plural) {
  const std::string number = count == 0 ? "no" : grouped(count);
  if (count == 1) return fmt::format("{} {}", number, noun);
  return plural.empty() ? fmt::format("{} {}s", number, noun) : fmt::format("{} {}", number, plural);
}

std::string percent(double rate) {
  const double hundredths = 100 * rate;
  const bool fine = (hundredths > 0 && hundredths < 0.995) || (hundredths > 99 && hundredths < 100);
  if (!fine) return fmt::format("{:.0f}\u00A0%", hundredths);
  return fmt::format("{:.1f}\u00A0%", std::clamp(hundredths, 0.1, 99.9));
}

std::string at_most(double rate) {
  constexpr double kSlack = 1e-9;  // 0.3 % stays 0.3 %
  const double percents = rate < 0.1 ? std::ceil(1000 * rate - kSlack) / 10 : std::ceil(100 * rate - kSlack);
  return fmt::format("{:g}\u00A0%", std::clamp(percents, 0.0, 100.0) + 0.0);
}

std::string reviewed_text(const Study& study, const ReviewedRate& reviewed, std::string_view label,
                          Direction direction) {
  return fmt::format("{} {} ({:.0f} to {:.0f}\u00A0%) among images that truly show {}, from {} (prediction-powered)",
                     percent(reviewed.rate), event_words(study, direction), 100 * reviewed.low, 100 * reviewed.high,
                     with_article(study, label), counted(reviewed.reviewed, "reviewed image"));
}

std::string reviewed_text(const Study& study, const Hypothesis& hypothesis) {
  return hypothesis.reviewed ? reviewed_text(study, *hypothesis.reviewed, hypothesis.label, hypothesis.direction) : "";
}

std::string fraction(const Rate& rate) { return fmt::format("{} of {}", grouped(rate.failures), grouped(rate.valid)); }

std::string interval_text(const Rate& rate) {
  return fmt::format("{:.0f} to {:.0f}\u00A0%", 100 * rate.low, 100 * rate.high);
}

std::string one_in(double log_e_value) {
  static constexpr std::array<std::string_view, 3> kNames = {"million", "billion", "trillion"};
  if (!(log_e_value > 0)) return "1";
  if (!std::isfinite(log_e_value)) return "∞";
  if (log_e_value < std::log(100.0)) return fmt::format("{:.0f}", std::floor(std::exp(log_e_value) * (1 + 1e-12)));
  const double power = log_e_value / std::log(10.0);
  if (power >= 15) {
    const double whole = std::floor(power);
    return fmt::format("{} × 10{}", trimmed(floor_to_two_digits(std::pow(10.0, power - whole))),
                       superscript(static_cast<int>(whole)));
  }
  const double value = floor_to_two_digits(std::exp(log_e_value));
  if (value < 1e6) return grouped(std::llround(value));
  const auto name = static_cast<std::size_t>(std::floor(std::log10(value * (1 + 1e-12)) / 3)) - 2;
  return fmt::format("{} {}", trimmed(value / std::pow(1000.0, static_cast<double>(name) + 2)), kNames[name]);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i)
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

std::string subject(const Study& study, const Hypothesis& hypothesis) {
  const auto [before, after] = around(hypothesis.phrase);
  return (before.empty() ? with_article(study, hypothesis.label) : with_article(study, before, hypothesis.label)) +
         (after.empty() ? "" : " " + after);
}

std::string circumstance(const Phrase& phrase) {
  const auto [before, after] = around(phrase);
  if (before.empty()) return after;
  std::vector<std::string> pieces;
  for (const PhrasePart& part : phrase.pieces()) pieces.push_back(fmt::format("\"{}\"", part.text));
  return fmt::format("with {} in the prompt", listed(pieces));
}

std::string unrecognised(const Study& study) {
  const FailureOptions& failure = study.failure;
  if (failure.rule == FailureKind::low_score) return fmt::format("scored below {:g}", failure.threshold);
  if (failure.rule == FailureKind::top_k) return fmt::format("not recognised among the {} best", failure.k);
  return "not recognised";
}

std::string recognised(const Study& study) {
  const FailureOptions& failure = study.failure;
  if (failure.rule == FailureKind::low_score) return fmt::format("recognised with {:g} or more", failure.threshold);
  if (failure.rule == FailureKind::top_k) return fmt::format("recognised among the {} best", failure.k);
  if (failure.rule == FailureKind::confident)
    return fmt::format("free of wrong answers with {:g} or more", failure.threshold);
  return "recognised";
}

std::string sentence(const Study& study, const Hypothesis& hypothesis) {
  const std::string what = capitalised(subject(study, hypothesis));
  if (hypothesis.direction == Direction::passes) {
    return fmt::format("{} is {}; most images of {} are not.", what, recognised(study),
                       with_article(study, hypothesis.label));
  }
  const std::string wrong = usual_answer(hypothesis);
  if (wrong.empty()) return fmt::format("{} is {}.", what, unrecognised(study));
  return fmt::format("{} is misclassified as {}.", what, with_article(study, wrong));
}

bool fails(const Hypothesis& hypothesis) { return hypothesis.direction == Direction::fails; }

std::string_view tone(const Hypothesis& hypothesis) { return fails(hypothesis) ? "fail" : "pass"; }

std::string event_words(const Study& study, Direction direction) {
  return direction == Direction::fails ? "fail" : "are " + recognised(study);
}

std::string event_past(const Study& study, Direction direction) {
  return direction == Direction::fails ? "failed" : "were " + recognised(study);
}

std::string headline(const Study& study, const Hypothesis& hypothesis) {
  const Rate& rate = hypothesis.measured();
  const std::string interval = fmt::format("({:.0f} to {:.0f} %)", 100 * rate.low, 100 * rate.high);
  if (hypothesis.direction == Direction::passes) {
    const auto [before, after] = around(hypothesis.phrase);
    return fmt::format("{}{} is {}{}: {:.0f} % pass {}", before.empty() ? "" : fmt::format("\"{}\" ", before),
                       hypothesis.label, recognised(study), after.empty() ? "" : fmt::format(" \"{}\"", after),
                       100 * rate.rate, interval);
  }
  const std::string& wrong = hypothesis.misclassified_as();
  return fmt::format("{}: {:.0f} % fail {}{}", hypothesis.prompt, 100 * rate.rate, interval,
                     wrong.empty() ? "" : fmt::format(", misclassified as \"{}\"", wrong));
}

std::string_view status_words(Status status) {
  switch (status) {
    case Status::confirmed:
      return "confirmed";
    case Status::not_promising:
      return "dropped early";
    case Status::not_confirmed:
      return "not enough evidence";
    case Status::not_generatable:
      return "the generator cannot show this";
    case Status::underpowered:
      return "cannot be decided: the label fails too often";
    case Status::merged:
      return "the same as another, shortened";
    case Status::out_of_budget:
      break;
  }
  return "budget ran out";
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "scotoma/record/transfer_json.h"
#include "scotoma/wording/tally.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

/// Nothing that escape_html leaves is forbidden in XML 1.0.
std::string escape_xml(std::string_view text) { return escape_html(text); }

ordered_json case_json(const CheckCase& one) {
  ordered_json json = {{"id", valid_utf8(one.id)},
                       {"finding", valid_utf8(one.finding)},
                       {"verdict", verdict_words(one.verdict)},
                       {"label", valid_utf8(one.label)},
                       {"prompt", valid_utf8(one.prompt)},
                       {"direction", name_of(one.direction)},
                       {"before", rate_json(one.before)},
                       {"now", one.systematic ? baseline_json(one.now) : cell_json(one.now, one.direction)},
                       {"fails_only_now", one.only_now},
                       {"fails_only_before", one.only_before},
                       {"p_fixed", one.p_fixed},
                       {"p_there_adjusted", one.p_there},
                       {"p_worse_adjusted", one.p_worse}};
  for (const char* of_transfer : {"p_adjusted", "transfers"}) json["now"].erase(of_transfer);
  return json;
}

/// Cases of one finding, which stand together.
using Group = std::span<const CheckCase>;

std::vector<Group> groups_of(const std::vector<CheckCase>& cases) {
  std::vector<Group> groups;
  for (std::size_t first = 0, i = 1; i <= cases.size(); ++i) {
    if (i < cases.size() && cases[i].finding == cases[first].finding) continue;
    groups.push_back(Group(cases).subspan(first, i - first));
    first = i;
  }
  return groups;
}

/// Attributes that a suite and all suites together have.
std::string totals(std::string_view name, Group cases, bool allow_undecided) {
  const auto count = [&](auto wanted) { return std::count_if(cases.begin(), cases.end(), wanted); };
  const auto skipped =
      allow_undecided ? count([](const CheckCase& one) { return one.verdict == Verdict::undecided; }) : 0;
  const auto failed = count([](const CheckCase& one) { return one.verdict != Verdict::fixed; }) - skipped;
  return fmt::format("name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", escape_xml(name),
                     cases.size(), failed, skipped);
}

/// The element inside a test case that did not pass.
std::string outcome(const CheckCase& one, bool allow_undecided) {
  const std::string what = fmt::format("{}: {}", verdict_words(one.verdict), figures(one));
  if (one.verdict == Verdict::undecided && allow_undecided)
    return fmt::format("      <skipped message=\"{}\"/>\n", escape_xml(what));
  return fmt::format("      <failure type=\"{}\" message=\"{}\">{}\n{}</failure>\n", verdict_words(one.verdict),
                     escape_xml(what), escape_xml(one.prompt), escape_xml(figures(one)));
}

}  // namespace

std::string_view verdict_words(Verdict verdict) {
  switch (verdict) {
    case Verdict::fixed:
      return "fixed";
    case Verdict::there:
      return "still there";
    case Verdict::worse:
      return "worse";
    case Verdict::undecided:
      break;
  }
  return "undecided";
}

std::string verdicts_in_numbers(const Check& check) {
  const auto count = [&](Verdict verdict) {
    return std::count_if(check.cases.begin(), check.cases.end(),
                         [&](const CheckCase& one) { return one.verdict == verdict; });
  };
  return fmt::format("of {}, {} fixed, {} still there ({} of them worse), {} undecided",
                     counted_kinds(counts_of(check)), count(Verdict::fixed),
                     count(Verdict::there) + count(Verdict::worse), count(Verdict::worse), count(Verdict::undecided));
}

std::string figures(const CheckCase& one) {
  const Rate& now = one.now.claimed;
  if (now.valid == 0) {
    return "it was never audited, so there is no image to look at; --images generates some, and so does a run with "
           "more budget.images";
  }
  if (one.systematic) {
    return fmt::format("{} baseline images fail (95 % interval {:.1f} to {:.1f} %); {:.1f} % are allowed; before: {}",
                       fraction(now), 100 * now.low, 100 * now.high, 100 * one.now.allowed, fraction(one.before));
  }
  return fmt::format(
      "{} images {} the phrase fail (95 % interval {:.1f} to {:.1f} %); {:.1f} % are allowed; before: {}",
      fraction(now), one.direction == Direction::fails ? "with" : "without", 100 * now.low, 100 * now.high,
      100 * one.now.allowed, fraction(one.before));
}

ordered_json check_json(const Study& study, const Check& check) {
  ordered_json json;
  json["schema_version"] = 1;
  json["study"] = valid_utf8(study.name);
  json["classifier"] = {{"name", valid_utf8(check.name)},
                        {"fingerprint", valid_utf8(check.fingerprint)},
                        {"model", valid_utf8(check.description)}};
  json["bugs"] = ordered_json::array();
  json["systematic_failures"] = ordered_json::array();
  for (const CheckCase& one : check.cases)
    json[one.systematic ? "systematic_failures" : "bugs"].push_back(case_json(one));
  return json;
}

std::string junit_xml(const Study& study, const Check& check, bool allow_undecided) {
  const std::string properties = fmt::format(
      "    <properties>\n      <property name=\"classifier\" value=\"{}\"/>\n      <property name=\"fingerprint\" "
      "value=\"{}\"/>\n    </properties>\n",
      escape_xml(check.name), escape_xml(check.fingerprint));
  std::string xml = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n",
                                totals(study.name, check.cases, allow_undecided));
  for (const Group& group : groups_of(check.cases)) {
    const std::string& finding = group.front().finding;
    xml += fmt::format("  <testsuite {}>\n{}", totals(finding, group, allow_undecided), properties);
    for (const CheckCase& one : group) {
      xml += fmt::format("    <testcase classname=\"{}.{}\" name=\"{}\">\n{}    </testcase>\n", escape_xml(study.name),
                         escape_xml(finding), escape_xml(one.id),
                         one.verdict == Verdict::fixed ? "" : outcome(one, allow_undecided));
    }
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

}  // namespace scotoma

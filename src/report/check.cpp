#include "report/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/text.h"
#include "report/transfer_json.h"
#include "report/words.h"

namespace scotoma {
namespace {

using nlohmann::ordered_json;

/// escape_html leaves two characters that XML 1.0 forbids: U+FFFE and U+FFFF.
std::string escape_xml(std::string_view text) {
  std::string escaped = escape_html(text);
  for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (auto at = escaped.find(forbidden); at != std::string::npos; at = escaped.find(forbidden))
      escaped.replace(at, forbidden.size(), "\xEF\xBF\xBD");
  }
  return escaped;
}

ordered_json case_json(const CheckCase& one) {
  ordered_json json = {{"id", valid_utf8(one.id)},
                       {"verdict", verdict_words(one.verdict)},
                       {"label", valid_utf8(one.label)},
                       {"prompt", valid_utf8(one.prompt)},
                       {"direction", direction_name(one.direction)},
                       {"before", rate_json(one.before)},
                       {"now", cell_json(one.now, one.direction)},
                       {"fails_only_now", one.only_now},
                       {"fails_only_before", one.only_before},
                       {"p_fixed", one.p_fixed},
                       {"p_there_adjusted", one.p_there},
                       {"p_worse_adjusted", one.p_worse}};
  for (const char* of_transfer : {"p_adjusted", "transfers"}) json["now"].erase(of_transfer);
  return json;
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

std::string figures(const CheckCase& one) {
  const Rate& now = one.now.suspects;
  if (now.valid == 0) {
    return "it was never audited, so there is no picture to look at; `scotoma check --images` draws some, or raise "
           "budget.images and run `scotoma find` again";
  }
  return fmt::format(
      "{} pictures {} the phrase fail (95 % interval {:.1f} to {:.1f} %); {:.1f} % are allowed; before: {}",
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
  for (const CheckCase& one : check.cases) json["bugs"].push_back(case_json(one));
  return json;
}

std::string junit_xml(const Study& study, const Check& check, bool allow_undecided) {
  const auto count = [&](auto wanted) { return std::count_if(check.cases.begin(), check.cases.end(), wanted); };
  const auto skipped =
      allow_undecided ? count([](const CheckCase& one) { return one.verdict == Verdict::undecided; }) : 0;
  const auto failed = count([](const CheckCase& one) { return one.verdict != Verdict::fixed; }) - skipped;
  const std::string totals = fmt::format("name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\"",
                                         escape_xml(study.name), check.cases.size(), failed);
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite {0} skipped=\"{1}\">\n    "
      "<properties>\n"
      "      <property name=\"classifier\" value=\"{2}\"/>\n      <property name=\"fingerprint\" value=\"{3}\"/>\n"
      "    </properties>\n",
      totals, skipped, escape_xml(check.name), escape_xml(check.fingerprint));
  for (const CheckCase& one : check.cases) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n{}    </testcase>\n", escape_xml(study.name),
                       escape_xml(one.id), one.verdict == Verdict::fixed ? "" : outcome(one, allow_undecided));
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "exit_codes.h"

#include <fmt/format.h>

#include <utility>

namespace scotoma {

std::vector<ExitCode> exit_codes(std::string_view verb) {
  ExitCode good = {0, "done"};
  ExitCode half = {1, "ran and failed"};
  ExitCode bad = {2, "bad input"};
  if (verb == "check") {
    good.meaning = "all findings are fixed";
    half.meaning = "some are still there, worse or undecided";
    bad.meaning = "bad input, a study that found nothing to check, or a check that failed midway";
  } else if (verb == "certify") {
    good.meaning = "all is certified";
    half.meaning = "something is not";
    bad.meaning = "bad input, or it failed midway";
  } else if (verb == "doctor") {
    good.meaning = "all checks passed";
    half.meaning = "something is suspicious";
    bad.meaning = "something is wrong";
  } else if (verb == "export") {
    bad.meaning = "bad input, or a study that found nothing to export";
  }
  if (verb == "find") {
    return {good,
            half,
            bad,
            {75, "left a round to `scotoma work` (--largest-round)"},
            {130, "interrupted (run again to resume)"},
            {141, "the reader of the output has gone"}};
  }
  if (verb == "work") good.meaning = "what is the shard's has been answered";
  return {good, half, bad, {130, "interrupted (run again to resume)"}, {141, "the reader of the output has gone"}};
}

std::string exit_codes_line(std::string_view verb) {
  std::string line;
  for (const ExitCode& each : exit_codes(verb))
    line += fmt::format("{}{} {}", line.empty() ? "Exit codes: " : "; ", each.code, each.meaning);
  return line + ".";
}

Error without_verdict(Error error) {
  if (error.code == Code::failed) error.code = Code::bad_input;
  return error;
}

}  // namespace scotoma

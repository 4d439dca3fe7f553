// What every part of the HTML report needs, and the pieces that several parts share.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "finding/finding.h"
#include "report/answers.h"
#include "report/pictures.h"
#include "study/study.h"

namespace scotoma {

struct Page {
  const Study& study;
  const Findings& findings;
  Answers answers;
  Pictures pictures;
};

/// The rate of the hypothesis' event among base pictures: of failures, or of passes.
Rate base_rate(const Findings& findings, const Hypothesis& hypothesis);

/// The first `limit` samples with `wanted`, as pictures with what each was taken for. Empty if there is none.
std::string gallery(Page& page, const std::vector<Sample>& samples, std::size_t limit,
                    const std::function<bool(const Sample&)>& wanted);

/// One picture with what it was taken for; `note` (plain text) stands in front of it.
std::string tile(Page& page, const Sample& sample, std::string_view note = {});

/// One line of a chart: what, a bar, the numbers. `what` is plain text.
std::string rate_row(std::string_view what, const Rate& rate, std::string_view tone);

/// The command with which a user tests the hypothesis again, not yet escaped for HTML.
std::string probe_command(const Study& study, const Hypothesis& hypothesis);

/// The hypothesis' place in the page, fit for an HTML id.
std::string anchor(const Hypothesis& hypothesis);

}  // namespace scotoma

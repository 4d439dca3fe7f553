// SPDX-License-Identifier: Apache-2.0
// What every part of the HTML report needs, and the pieces that several parts share.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/finding.h"
#include "scotoma/report/answers.h"
#include "scotoma/report/page_images.h"
#include "scotoma/report/page_limits.h"
#include "scotoma/study/study.h"
#include "scotoma/wording/tally.h"

namespace scotoma {

struct Page {
  const Study& study;
  const Findings& findings;
  Answers answers;
  PageImages images;
  Tally tally;                          ///< as counted everywhere; the first of each kind have a card
  std::set<const Hypothesis*> placed;   ///< have a line on a card
  std::set<const Hypothesis*> in_full;  ///< of these, with everything inside
  std::set<const Hypothesis*> listed;   ///< of the other confirmed ones: have a row in a table (more_findings.h)
};

/// Says all about a finding, and names its image files, as HTML.
inline constexpr std::string_view kShowCommand = "scotoma show OUT ID";

/// Whether anchor() leads to a line or a row of it.
bool on_page(const Page& page, const Hypothesis& hypothesis);

/// Everything but the findings' text: which of them have a card, which of their bugs a line there, which of those all
/// that is known, and which have a row instead.
Page page_of(const Study& study, const Findings& findings, const ImageSource& images);

/// The causes, and the systematic failures, that have a card.
std::span<const Cause> with_cards(const std::vector<Cause>& causes);
std::span<const SystematicFailure> with_cards(const std::vector<SystematicFailure>& failures);

/// The images that stand for a hypothesis: of the audit, or where there was none of what it was tried on.
const std::vector<Sample>& evidence_of(const Hypothesis& hypothesis);

/// The rate of the hypothesis' event among baseline images: of failures, or of passes.
Rate base_rate(const Findings& findings, const Hypothesis& hypothesis);

/// Whether both images are known to be what they should and only the one with the phrase shows the event.
bool makes_the_difference(const Pair& pair, Direction direction);

/// The first `limit` samples with `wanted`, as images with what each was misclassified as; links to the files of those
/// for which the page has no room. Empty if there is none. `limit` is not above the number of examples in bugs.json,
/// whose files stand beside the page.
std::string gallery(Page& page, const std::vector<Sample>& samples, std::size_t limit,
                    const std::function<bool(const Sample&)>& wanted);

/// One image with what it was misclassified as; `note` (plain text) stands in front of it. Empty where there is no
/// room.
std::string tile(Page& page, const Sample& sample, std::string_view note = {});

/// "3 more images have no room on this page; bugs.json names their files.", as a paragraph; empty if `count` is 0.
std::string no_room(std::size_t count, std::string_view noun, std::string_view where);

/// One line of a chart: what, a bar, the numbers. `what` is plain text.
std::string rate_row(std::string_view what, const Rate& rate, std::string_view tone);

/// A table's cell; `column` is the name of its column, behind which it stands where a narrow screen folds the table.
/// `html` "–" says that there is nothing.
std::string table_cell(std::string_view column, std::string_view html, std::string_view css_class = {});

/// The command that tests a phrase, where the shell stands in the study's folder; OUT is the user's to fill in. Not yet
/// escaped for HTML.
std::string probe_command(const Study& study, std::string_view label, const Phrase& phrase);

/// The command that generates one image again, likewise.
std::string generate_command(const Study& study, const GenerationRequest& request);

/// "20 more bugs are in bugs.json." as a paragraph; empty if `count` is 0.
std::string more_elsewhere(std::size_t count, std::string_view noun, std::string_view where = "bugs.json");

/// The place in the page of a hypothesis, a cause, a systematic failure: fit for an HTML id.
std::string anchor(const Hypothesis& hypothesis);
std::string anchor(const Cause& cause);
std::string anchor(const SystematicFailure& failure);

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/about.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scotoma/report/svg.h"
#include "scotoma/wording/limits.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

std::string item(std::string_view html) { return fmt::format("<li>{}</li>\n", html); }

/// The names in it stand out.
std::string item(const LimitSentence& sentence) {
  std::string names;
  for (const std::string& name : sentence.names)
    names += fmt::format("{}<b>{}</b>", names.empty() ? "" : ", ", escape_html(name));
  return item(escape_html(sentence.before) + names + escape_html(sentence.after));
}

/// What became of the images where they had no room as they are.
std::string images_on_page(const Page& page) {
  const PageImages& images = page.images;
  if (images.lossless() && images.left_out() == 0) return {};
  const std::string left = images.left_out() == 0
                               ? ""
                               : fmt::format("; {} more {} no room", grouped(static_cast<long long>(images.left_out())),
                                             images.left_out() == 1 ? "has" : "have");
  return item(fmt::format(
      "So that the page stays small, its {} {} made smaller and, where that saves room, JPEG{}. The "
      "whole ones are PNG files in the folder images/ beside it: <code>{}</code> and bugs.json name them.",
      counted(static_cast<int>(images.shown()), "image"), images.shown() == 1 ? "is" : "are", left, kShowCommand));
}

std::string spending(const Spent& spent) {
  struct Use {
    std::string_view words;
    Part part;
  };
  const Use uses[] = {{"base prompts", {spent.base, "s1"}}, {"exploration", {spent.explore, "s2"}},
                      {"shrinking", {spent.shrink, "s5"}},  {"confirmation", {spent.confirm, "s3"}},
                      {"audit", {spent.audit, "s4"}},       {"other labels", {spent.cross, "s6"}}};
  std::vector<Part> parts;
  std::string legend;
  for (const auto& [words, part] : uses) {
    parts.push_back(part);
    legend += fmt::format("<li><span class=\"key {}\"></span>{} <b>{}</b></li>", part.tone, words, grouped(part.count));
  }
  return fmt::format("<h3>{} generated</h3>\n{}<ul class=\"legend\">{}</ul>\n",
                     capitalised(counted(spent.total(), "image")), parts_bar(parts), legend);
}

/// The stages that not every study has.
std::string also_done(const Spent& spent) {
  std::string html;
  if (spent.shrink > 0) {
    html += "<p>Phrases were shortened before the test, as far as the label failed as often without a word.</p>\n";
  }
  if (spent.cross > 0) {
    html +=
        "<p>At last each confirmed phrase was tried on the other labels, again with and without it from the same "
        "seeds, to see what else it makes look like the wrong answer.</p>\n";
  }
  return html;
}

std::string models(const Findings& findings) {
  if (findings.fingerprints.empty()) return {};
  std::string html = "<h3>Models</h3>\n<dl class=\"facts\">\n";
  for (const auto& [role, fingerprint] : findings.fingerprints) {
    const auto line = findings.descriptions.find(role);
    html += fmt::format("<dt>{}</dt><dd>{}<code class=\"soft small\" title=\"fingerprint\">{}</code></dd>\n",
                        escape_html(capitalised(role)),
                        line == findings.descriptions.end() ? "" : escape_html(line->second) + "<br>",
                        escape_html(fingerprint));
  }
  return html + "</dl>\n";
}

std::string labels_table(const std::vector<StudyLabel>& labels) {
  if (labels.empty()) return {};
  std::string rows;
  const std::size_t shown = std::min(labels.size(), PageLimits::kRows);
  for (std::size_t i = 0; i < shown; ++i) {
    const StudyLabel& label = labels[i];
    const auto cell = [](std::string_view column, const std::string& text) {
      return table_cell(column, text.empty() ? "–" : escape_html(text));
    };
    rows += fmt::format("<tr><th scope=\"row\">{}</th>{}{}{}</tr>\n", escape_html(label.name),
                        cell("Class", label.class_name), cell("Hypernym", label.hypernym),
                        cell("Synonyms", fmt::format("{}", fmt::join(label.synonyms, ", "))));
  }
  return "<h4>labels</h4>\n<table>\n<thead><tr><th scope=\"col\">Label</th><th scope=\"col\">Class</th><th "
         "scope=\"col\">Hypernym</th><th scope=\"col\">Synonyms</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table>\n" + more_elsewhere(labels.size() - shown, "label");
}

std::string settings(const Study& study) {
  const nlohmann::ordered_json sections = settings_json(study);
  std::string html = "<details><summary>All settings</summary>\n<div class=\"settings\">\n";
  for (const auto& [name, section] : sections.items()) {
    html += fmt::format("<section><h4>{}</h4><dl>\n", escape_html(name));
    for (const auto& [key, value] : section.items()) {
      html +=
          fmt::format("<div><dt>{}</dt><dd><code>{}</code></dd></div>\n", escape_html(key), escape_html(value.dump()));
    }
    html += "</dl></section>\n";
  }
  return html + "</div>\n" + labels_table(study.labels) + "</details>\n";
}

}  // namespace

std::string limits_section(const Page& page) {
  std::string items;
  for (const LimitSentence& each : limit_sentences(page.study, page.findings, PageLimits::kContents))
    items += item(each);
  items += images_on_page(page);
  return "<section id=\"limits\">\n<h2>What this report cannot tell</h2>\n<ul class=\"prose\">\n" + items +
         "</ul>\n</section>\n";
}

namespace {

/// What was called a bug.
std::string rule_of(const Page& page) {
  const std::string_view none = no_rate_sentence(page.study);
  return escape_html(rule_sentence(page.study)) + (none.empty() ? "" : fmt::format(" <strong>{}</strong>", none));
}

}  // namespace

std::string method_section(const Page& page) {
  return fmt::format(
             "<section id=\"method\">\n<h2>How this was found</h2>\n<ol class=\"prose\">\n"
             "<li>Images of each label were generated from base prompts, and the classifier was asked what it "
             "sees.</li>\n"
             "<li>Failures were grouped by looks and put into words; a phrase became a hypothesis where it "
             "distinguishes "
             "the group from images of the same label that are recognised.</li>\n"
             "<li>Phrases of the study's own lists, where it has some, became hypotheses too. All hypotheses got a few "
             "images each, those that looked most like bugs got more.</li>\n"
             "<li>The best were tested on images that nothing had used before. {}</li>\n"
             "<li>What passed was measured once more, in the audit: a fixed number of new images, each generated with "
             "the phrase and, from the same seed, without it. The difference and its interval come from these pairs. "
             "Rates seen in exploration and confirmation only describe, as both stop by what they see.</li>\n</ol>\n",
             rule_of(page)) +
         also_done(page.findings.spent) + spending(page.findings.spent) + models(page.findings) + settings(page.study) +
         "</section>\n";
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
// A page, and what stands in it.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "report/made_up.h"
#include "scotoma/report/html.h"

namespace scotoma::page_text {

inline std::string rendered(const Study& study, const Findings& findings) {
  const Result<std::string> html = report_html(study, findings, made_up::test_image);
  EXPECT_TRUE(html.ok()) << (html.ok() ? "" : html.error().message);
  return html.ok() ? *html : "";
}

inline std::string rendered(const Findings& findings) { return rendered(made_up::study(), findings); }

inline bool has(const std::string& html, const std::string& text) { return html.find(text) != std::string::npos; }

/// What stands between each `before` and the next `after`, in order.
inline std::vector<std::string> each(const std::string& html, const std::string& before, const std::string& after) {
  std::vector<std::string> found;
  for (std::size_t at = html.find(before); at != std::string::npos; at = html.find(before, at + 1)) {
    const std::size_t start = at + before.size();
    found.push_back(html.substr(start, html.find(after, start) - start));
  }
  return found;
}

/// The same, however ordered.
inline std::multiset<std::string> all(const std::string& html, const std::string& before, const std::string& after) {
  const auto found = each(html, before, after);
  return {found.begin(), found.end()};
}

inline std::size_t count(const std::string& html, const std::string& text) { return each(html, text, "").size(); }

/// Without the embedded images, whose base64 may hold any word.
inline std::string without_images(const std::string& html) {
  return html.substr(0, html.find("<svg class=\"images\"")) + html.substr(html.find("</defs></svg>"));
}

}  // namespace scotoma::page_text

// SPDX-License-Identifier: Apache-2.0
// What certificate.html and the report show of a certificate alike.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "scotoma/finding/certificate.h"

namespace scotoma {

/// For the page's <style>.
extern const std::string_view kVerdictStyle;

/// A paragraph of plain text.
std::string plain_paragraph(std::string_view text);

/// Sentences as a list; empty without any.
std::string statement_list(const std::vector<std::string>& sentences);

/// What stands below a cell's figures, as HTML; may be empty.
using CellNote = std::function<std::string(const CertificateCell& cell)>;

/// Phrases by labels, the verdict in each cell. `file`: where the rows are that have no room. Requires cells label by
/// label, each with the same phrases.
std::string verdict_table(const Certificate& certificate, std::string_view file, const CellNote& note = {});

/// At which level what holds, what limits it, and of which images all of it is.
std::string certificate_levels(const Certificate& certificate);

/// How many of each label there were, and how many of them fail; empty of an absolute certificate.
std::string certificate_baselines(const Certificate& certificate);

}  // namespace scotoma

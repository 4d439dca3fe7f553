// SPDX-License-Identifier: Apache-2.0
// The built-in attributes: what images of anything may differ in, after what the field's robustness sets vary.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "scotoma/core/names.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Where a phrase belongs: those of different slots may stand in one prompt ("a blurry photo of a fly in the snow from
/// above"), those of one slot contradict each other, or would make an image hard to read.
enum class AttributeSlot {
  setting,    ///< what is around the thing
  condition,  ///< weather, light, and how the image was taken
  subject,    ///< how the thing itself is shown
};

constexpr std::array<Named<AttributeSlot>, 3> names_of(AttributeSlot) {
  return {{{AttributeSlot::setting, "setting"},
           {AttributeSlot::condition, "condition"},
           {AttributeSlot::subject, "subject"}}};
}

struct AttributeGroup {
  std::string name;  ///< "weather"; unique
  AttributeSlot slot = AttributeSlot::setting;
  std::string reason;                 ///< which robustness sets vary it
  std::vector<ListedPhrase> phrases;  ///< the most common first; each once in all groups
};

/// All groups, as common_attributes.inc has them.
const std::vector<AttributeGroup>& common_attributes();

/// The phrases of a slot: the first of each of its groups, then the second of each, and so on.
std::vector<ListedPhrase> common_phrases(AttributeSlot slot);

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
// What a certificate could not decide for want of images, or does not say of labels that fail anyway.
#pragma once

#include <string>
#include <vector>

#include "scotoma/finding/certificate.h"

namespace scotoma {

/// A sentence each, with the key that would help. each: images of a label with a phrase, at most.
std::vector<std::string> limits_of(const Certificate& certificate, int each);

}  // namespace scotoma

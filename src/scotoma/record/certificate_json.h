// SPDX-License-Identifier: Apache-2.0
// certificate.json: labels x phrases, for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "scotoma/finding/certificate.h"
#include "scotoma/study/study.h"

namespace scotoma {

/// Version of the form that docs/certify.md describes; a field's meaning never changes within one.
inline constexpr int kCertificateSchemaVersion = 1;

/// A function of its arguments alone; all texts are valid UTF-8, infinite evidence is null.
nlohmann::ordered_json certificate_json(const Study& study, const Certificate& certificate);

/// Of these, what bugs.json has under `certificate`, too: all but the version, and what that says by itself.
nlohmann::ordered_json certificate_fields(const Certificate& certificate);

}  // namespace scotoma

// The e-values behind a study's claims, as e-BH takes them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "finding/finding.h"

namespace scotoma {

/// What came to the test, without what the generator cannot draw, which claims nothing: each its natural logarithm and
/// its place among the hypotheses. Whatever else a study holds counts as e = 0.
struct Claims {
  std::vector<double> log_e_values;
  std::vector<std::size_t> hypotheses;
};

inline Claims claims_of(std::span<const Hypothesis> hypotheses) {
  Claims claims;
  for (std::size_t h = 0; h < hypotheses.size(); ++h) {
    if (hypotheses[h].confirmed.valid == 0 || hypotheses[h].status == Status::undrawable) continue;
    claims.log_e_values.push_back(hypotheses[h].log_e_value);
    claims.hypotheses.push_back(h);
  }
  return claims;
}

}  // namespace scotoma

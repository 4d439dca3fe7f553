// What the error rate of a study is divided among.
#pragma once

#include "study/study.h"

namespace scotoma {

/// K of closed e-BH: how many hypotheses a study may test, fixed before it begins.
inline int slots(const Study& study) { return study.evidence.max_hypotheses; }

/// What comes on top of closed e-BH's level, for whichever claims are picked: the base bounds may all be wrong at once
/// with this probability.
inline double beside_level(const Study& study) { return study.evidence.alpha0; }

}  // namespace scotoma

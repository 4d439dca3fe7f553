// SPDX-License-Identifier: Apache-2.0
// Opens the study that it is given and prints its first label.
#include <fmt/format.h>

#include "scotoma/backend/registry.h"
#include "scotoma/session/session.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  scotoma::StudyPlaces places;
  places.study = argv[1];
  const auto study = scotoma::open_study(places);
  if (!study.ok()) {
    fmt::print(stderr, "{}\n", study.error().message);
    return static_cast<int>(study.error().code);
  }
  const auto classifier = scotoma::load_classifier(study->classifier, study->engine);
  if (!classifier.ok()) {
    fmt::print(stderr, "{}\n", classifier.error().message);
    return static_cast<int>(classifier.error().code);
  }
  fmt::print("{}\n", study->labels.front().name);
  return 0;
}

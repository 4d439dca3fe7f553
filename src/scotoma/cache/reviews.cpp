// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/reviews.h"

#include <vector>

namespace scotoma {
namespace {

constexpr const char* kYes = "yes";
constexpr const char* kNo = "no";

}  // namespace

Result<Reviews> read_reviews(const AnswerCache& cache) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto rows, cache.persons());
  Reviews reviews;
  for (const Answer& row : rows) {
    if (row.value != kYes && row.value != kNo) {
      return bad_input(
          "the cache holds a person's answer that is neither yes nor no; it is damaged: choose "
          "another folder with --out");
    }
    reviews[row.input] = row.value == kYes;
  }
  return reviews;
}

Result<void> store_reviews(AnswerCache& cache, const Reviews& answers) {
  std::vector<Answer> rows;
  for (const auto& [key, yes] : answers) rows.push_back({key, yes ? kYes : kNo});
  return cache.store(AnswerCache::kPerson, rows);
}

}  // namespace scotoma

#include "scotoma/catalogue/reviews.h"

#include <vector>

namespace scotoma {
namespace {

constexpr const char* kYes = "yes";
constexpr const char* kNo = "no";

}  // namespace

Result<Reviews> read_reviews(const Catalogue& catalogue) {
  SCOTOMA_TRY(const auto rows, catalogue.persons());
  Reviews reviews;
  for (const Answer& row : rows) {
    if (row.value != kYes && row.value != kNo) {
      return bad_input(
          "the catalogue holds a person's answer that is neither yes nor no; it is damaged: choose "
          "another folder with --out");
    }
    reviews[row.input] = row.value == kYes;
  }
  return reviews;
}

Result<void> store_reviews(Catalogue& catalogue, const Reviews& answers) {
  std::vector<Answer> rows;
  for (const auto& [key, yes] : answers) rows.push_back({key, yes ? kYes : kNo});
  return catalogue.store(Catalogue::kPerson, rows);
}

}  // namespace scotoma

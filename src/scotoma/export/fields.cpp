// SPDX-License-Identifier: Apache-2.0
#include "scotoma/export/fields.h"

#include "scotoma/wording/finding_words.h"

namespace scotoma {
namespace {

/// What `failed` says.
std::string meaning_of_failed(const Study& study) {
  std::string rule = failure_sentence(study);
  if (rule.empty()) return "whether that answer is wrong";
  rule.pop_back();  // the full stop
  return "whether it counts as a failure: " + rule;
}

}  // namespace

std::vector<DatasetField> dataset_fields(const Study& study) {
  return {
      {"file_name", FieldType::text, "the image, from the folder of the JSON file"},
      {"label", FieldType::text, "what the image shows, as the study calls it"},
      {"class", FieldType::text, "the classifier's class that is the right answer"},
      {"class_index", FieldType::whole, "the classifier's number for that class"},
      {"predicted", FieldType::text, "the classifier's best answer"},
      {"predicted_index", FieldType::whole, "the classifier's number for its answer"},
      {"score", FieldType::fraction, "the probability that the classifier gives its answer"},
      {"failed", FieldType::truth, meaning_of_failed(study)},
      {"bug", FieldType::text, "the id of the bug or systematic failure that the image was generated for"},
      {"phrase", FieldType::text, "the bug's phrase; empty of a systematic failure"},
      {"prompt", FieldType::text, "what the image was generated from"},
      {"seed", FieldType::text,
       "of the image, as hexadecimal text, since it has 64 bits: int(seed, 0) in Python makes a number of it"},
      {"generated_for", FieldType::text,
       "audit: fresh images that nothing was selected by; confirm: those that confirmed the bug; baseline: a label "
       "that fails systematically, without a phrase"},
      {"judge_score", FieldType::fraction, "the judge's probability that the label is in the image"},
      {"split", FieldType::text, "train or test"},
      {"image_id", FieldType::text, "SHA-256 over the image's size and pixels"},
  };
}

}  // namespace scotoma

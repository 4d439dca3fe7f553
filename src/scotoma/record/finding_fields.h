// SPDX-License-Identifier: Apache-2.0
// The fields of the findings by name, once for who writes them and who reads them. Each record is taken apart whole: a
// field that is added to finding.h and not here does not compile.
//
// Left out are samples, which are rows of their own (record/sample_lists.h), and the path of the e-value, which is a
// blob: both grow with the images of the study.
#pragma once

#include <concepts>
#include <type_traits>

#include "scotoma/finding/finding.h"

namespace scotoma {

template <class T, class Record>
concept Is = std::same_as<std::remove_const_t<T>, Record>;

// `each(name, field)` is called for every field of the record, in the order of finding.h.

void fields_of(Is<Rate> auto& record, auto& each) {
  auto& [failures, valid, invalid, rate, low, high] = record;
  each("events", failures);
  each("valid", valid);
  each("invalid", invalid);
  each("rate", rate);
  each("low", low);
  each("high", high);
}

void fields_of(Is<BaseResult> auto& record, auto& each) {
  auto& [label, prompts, rate, upper, lower, level, failing_label, not_generatable, predicted, samples, fresh] = record;
  each("label", label);
  each("prompts", prompts);
  each("rate", rate);
  each("upper", upper);
  each("lower", lower);
  each("level", level);
  each("failing_label", failing_label);
  each("not_generatable", not_generatable);
  each("predicted", predicted);
  each("fresh", fresh);
}

void fields_of(Is<Cluster> auto& record, auto& each) {
  auto& [label, direction, predicted, tiny, members, captions] = record;
  each("label", label);
  each("direction", direction);
  each("predicted", predicted);
  each("tiny", tiny);
  each("captions", captions);
}

void fields_of(Is<PhrasePart> auto& record, auto& each) {
  auto& [text, before] = record;
  each("text", text);
  each("before", before);
}

void fields_of(Is<Phrase> auto& record, auto& each) {
  auto& [text, before, in_cluster, cluster_captions, in_contrast, contrast_captions, score, parts] = record;
  each("text", text);
  each("before", before);
  each("in_cluster", in_cluster);
  each("cluster_captions", cluster_captions);
  each("in_contrast", in_contrast);
  each("contrast_captions", contrast_captions);
  each("score", score);
  each("parts", parts);
}

void fields_of(Is<ShrinkStep> auto& record, auto& each) {
  auto& [phrase, without, rate, kept, meaning] = record;
  each("phrase", phrase);
  each("without", without);
  each("rate", rate);
  each("kept", kept);
  each("meaning", meaning);
}

void fields_of(Is<PartRate> auto& record, auto& each) {
  auto& [phrase, rate] = record;
  each("phrase", phrase);
  each("rate", rate);
}

void fields_of(Is<ReviewedRate> auto& record, auto& each) {
  auto& [reviewed, disagreed, rate, low, high] = record;
  each("reviewed", reviewed);
  each("disagreed", disagreed);
  each("rate", rate);
  each("low", low);
  each("high", high);
}

void fields_of(Is<PairedEffect> auto& record, auto& each) {
  auto& [only_with, only_without, both, neither, lift_low, lift_high, mcnemar_p] = record;
  each("only_with", only_with);
  each("only_without", only_without);
  each("both", both);
  each("neither", neither);
  each("lift_low", lift_low);
  each("lift_high", lift_high);
  each("mcnemar_p", mcnemar_p);
}

void fields_of(Is<Hypothesis> auto& record, auto& each) {
  auto& [id, label, phrase, direction, source, prompt, prompts, expected, status, shrunk_from, shrink_steps, merged,
         part_rates, explored, confirmed, wave, base_events, base_valid, null_rate, log_e_value, log_e_path, tried,
         predicted, predicted_count, audit, audit_base, effect, audit_samples, pairs, reviewed] = record;
  each("id", id);
  each("label", label);
  each("phrase", phrase);
  each("direction", direction);
  each("source", source);
  each("prompt", prompt);
  each("prompts", prompts);
  each("expected", expected);
  each("status", status);
  each("shrunk_from", shrunk_from);
  each("shrink_steps", shrink_steps);
  each("merged", merged);
  each("part_rates", part_rates);
  each("explored", explored);
  each("confirmed", confirmed);
  each("wave", wave);
  each("base_events", base_events);
  each("base_valid", base_valid);
  each("null_rate", null_rate);
  each("log_e_value", log_e_value);
  each("predicted", predicted);
  each("predicted_count", predicted_count);
  each("audit", audit);
  each("audit_base", audit_base);
  each("effect", effect);
  each("reviewed", reviewed);
}

void fields_of(Is<CrossCell> auto& record, auto& each) {
  auto& [label, with, without, only_with, only_without, tested, p, adjusted, spreads, samples] = record;
  each("label", label);
  each("with", with);
  each("without", without);
  each("only_with", only_with);
  each("only_without", only_without);
  each("tested", tested);
  each("p", p);
  each("adjusted", adjusted);
  each("spreads", spreads);
}

void fields_of(Is<CrossRow> auto& record, auto& each) {
  auto& [phrase, answer, bugs, cells] = record;
  each("phrase", phrase);
  each("answer", answer);
  each("bugs", bugs);
  each("cells", cells);
}

void fields_of(Is<JudgeReview> auto& record, auto& each) {
  auto& [reviewed, accepted, accepted_wrong, refused, refused_wrong] = record;
  each("reviewed", reviewed);
  each("accepted", accepted);
  each("accepted_wrong", accepted_wrong);
  each("refused", refused);
  each("refused_wrong", refused_wrong);
}

void fields_of(Is<DraftComparison> auto& record, auto& each) {
  auto& [images, failed, valid, both, only_draft, only_full, neither, invalid, gone_back] = record;
  each("images", images);
  each("failed", failed);
  each("valid", valid);
  each("both", both);
  each("only_draft", only_draft);
  each("only_full", only_full);
  each("neither", neither);
  each("invalid", invalid);
  each("gone_back", gone_back);
}

void fields_of(Is<Diversity> auto& record, auto& each) {
  auto& [prompts, images, within, across] = record;
  each("prompts", prompts);
  each("images", images);
  each("within", within);
  each("across", across);
}

void fields_of(Is<Spent> auto& record, auto& each) {
  auto& [base, explore, shrink, confirm, audit, cross] = record;
  each("base", base);
  each("explore", explore);
  each("shrink", shrink);
  each("confirm", confirm);
  each("audit", audit);
  each("cross", cross);
}

void fields_of(Is<CertificateCell> auto& record, auto& each) {
  auto& [label, phrase, before, prompt, rate, log_pass, log_bug, at_most, verdict, end, failures] = record;
  each("label", label);
  each("phrase", phrase);
  each("before", before);
  each("prompt", prompt);
  each("rate", rate);
  each("log_pass", log_pass);
  each("log_bug", log_bug);
  each("at_most", at_most);
  each("verdict", verdict);
  each("end", end);
}

void fields_of(Is<LabelCertificate> auto& record, auto& each) {
  auto& [label, base, certified, log_pass, failing_label] = record;
  each("label", label);
  each("base", base);
  each("certified", certified);
  each("log_pass", log_pass);
  each("failing_label", failing_label);
}

void fields_of(Is<Certificate> auto& record, auto& each) {
  auto& [size, absolute, alpha, cells, labels, passed_level, labels_level, images, base_images, most_images,
         fingerprints, descriptions, limits] = record;
  each("size", size);
  each("absolute", absolute);
  each("alpha", alpha);
  each("cells", cells);
  each("labels", labels);
  each("passed_level", passed_level);
  each("labels_level", labels_level);
  each("images", images);
  each("base_images", base_images);
  each("most_images", most_images);
  each("fingerprints", fingerprints);
  each("descriptions", descriptions);
  each("limits", limits);
}

/// Without the lists of records and the certificate, which are rows of their own.
void fields_of(Is<Findings> auto& record, auto& each) {
  auto& [class_names, bases, clusters, hypotheses, cross, judge_review, diversity, drafts, spent, fingerprints,
         descriptions, rejection_threshold, limits, before_review, certificate] = record;
  each("class_names", class_names);
  each("judge_review", judge_review);
  each("diversity", diversity);
  each("drafts", drafts);
  each("spent", spent);
  each("fingerprints", fingerprints);
  each("descriptions", descriptions);
  each("rejection_threshold", rejection_threshold);
  each("limits", limits);
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/memo.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <mutex>
#include <optional>

#include "scotoma/cache/inquiry.h"
#include "scotoma/core/hash.h"
#include "scotoma/core/parallel.h"
#include "scotoma/model/codec.h"

namespace scotoma {
namespace {

/// Decodes every answer; an answer of other bytes means a damaged cache.
template <class T, class Decode>
Result<std::vector<T>> decoded(const std::string& role, std::span<const std::string> answers, const Decode& decode) {
  std::vector<T> values;
  values.reserve(answers.size());
  for (const std::string& bytes : answers) {
    auto value = decode(bytes);
    if (!value) {
      return bad_input(
          fmt::format("the cache holds an answer of the {} that cannot be read; "
                      "it is damaged: choose another folder with --out",
                      role));
    }
    values.push_back(*std::move(value));
  }
  return values;
}

/// What is asked of the judge.
std::string key_of(const std::string& image, const std::string& label) { return image + " " + label; }

}  // namespace

Memo::Memo(Models& models, AnswerCache& cache, const CancelToken& cancel, Listener& listener, Options options)
    : Memo(models, cache, cache, cancel, listener, options) {}

Memo::Memo(Models& models, AnswerStore& answers, ImageStore& images, const CancelToken& cancel, Listener& listener,
           Options options)
    : models_(models),
      store_(answers),
      images_(images),
      own_executor_(models, images, options.threads),
      executor_(options.executor == nullptr ? own_executor_ : *options.executor),
      cancel_(cancel),
      listener_(listener),
      options_(options) {}

/// The answer to an input, where the cache has it, and of the generator its image.
Result<std::optional<std::string>> Memo::known_to(Inquiry& inquiry, const std::string& input) {
  if (inquiry.fingerprint.empty()) {
    std::string& fingerprint = fingerprints_[inquiry.role];
    if (fingerprint.empty()) fingerprint = inquiry.model.fingerprint();
    inquiry.fingerprint = fingerprint;
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto known, store_.find(inquiry.fingerprint, input));
  if (const auto coming = on_their_way_.find({inquiry.fingerprint, input}); coming != on_their_way_.end())
    known = coming->second;
  if (known && generates(inquiry.role)) {
    SCOTOMA_ASSIGN_OR_RETURN(const bool there, images_.has_image(*known));
    if (!there && inquiry.lost++ == 0) inquiry.first_lost = ImageFolder::image_file(*known).string();
    if (!there) known.reset();
  }
  return known;
}

/// A question counts once.
void Memo::count(RoleKind role, const std::string& input, bool known) {
  if (!counted_[role].insert(std::hash<std::string>()(input)).second) return;
  (known ? use_of(role).recalled : use_of(role).computed) += 1;
}

/// Looks an input up, and notes it as missing where it is not known. `here`: it came of an answer that was given here,
/// and is not for another shard. Under the lock.
Result<void> Memo::put(Inquiry& inquiry, std::size_t place, const std::string& input, bool here) {
  inquiry.inputs[place] = input;
  if (const auto asked = inquiry.open.find(input); asked != inquiry.open.end()) {
    asked->second.push_back(place);
    return {};
  }
  SCOTOMA_ASSIGN_OR_RETURN(auto known, known_to(inquiry, input));
  if (!known && !here && !is_ours(inquiry, place)) {
    inquiry.open[input] = {place};
    inquiry.elsewhere.push_back(place);
    return {};
  }
  count(inquiry.role, input, known.has_value());
  if (!known) {
    inquiry.open[input] = {place};
    inquiry.waiting.push_back(place);
    ++inquiry.missing;
    return {};
  }
  inquiry.found[place] = *std::move(known);
  return inquiry.follow ? inquiry.follow(place, false) : Result<void>();
}

/// Gives an answer to all places that wait for it. Under the lock.
Result<void> Memo::settle(Inquiry& inquiry, const std::string& input, const std::string& value, bool here) {
  const auto own = inquiry.open.extract(input);
  for (const std::size_t place : own.mapped()) {
    inquiry.found[place] = value;
    if (inquiry.follow) SCOTOMA_RETURN_IF_ERROR(inquiry.follow(place, here));
  }
  return {};
}

/// Remembers the answers of one batch before anybody gets them, but for images that are on their way.
Result<void> Memo::remember(Inquiry& inquiry, std::span<const std::size_t> places,
                            const std::vector<std::string>& values, bool leads) {
  std::vector<Answer> rows;
  for (std::size_t i = 0; i < places.size(); ++i) rows.push_back({inquiry.inputs[places[i]], values[i]});
  SCOTOMA_RETURN_IF_ERROR(keep(inquiry.role, inquiry.fingerprint, std::move(rows)));
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < places.size(); ++i)
    SCOTOMA_RETURN_IF_ERROR(settle(inquiry, inquiry.inputs[places[i]], values[i], true));
  --inquiry.under_way;
  inquiry.done += places.size();
  const auto unit = generates(inquiry.role) ? WorkUnit::images : WorkUnit::answers;
  if (leads) listener_.on(WorkAdvanced{inquiry.done, inquiry.missing, unit});
  if (inquiry.role == RoleKind::generator) last_generated_ = std::chrono::steady_clock::now();
  return {};
}

Result<void> Memo::check_replay(std::span<Inquiry* const> inquiries) const {
  if (!options_.replay_only) return {};
  for (const Inquiry* one : inquiries) {
    if (one->missing == 0) continue;
    if (one->lost == one->missing) {
      return bad_input(
          fmt::format("{} of the study's images {} missing or damaged, first {}; run `scotoma find`, which "
                      "generates {} anew",
                      one->lost, one->lost == 1 ? "is" : "are", one->first_lost, one->lost == 1 ? "it" : "them"));
    }
    return bad_input(
        fmt::format("{} of {} answers of the {} {} not in the cache: the study is not finished; run `scotoma find`",
                    one->missing, one->inputs.size(), name_of(one->role), one->missing == 1 ? "is" : "are"));
  }
  return {};
}

/// Before the first question to a model: what is recalled by then was there before the run.
void Memo::report_recalled() {
  if (recalled_reported_) return;
  recalled_reported_ = true;
  const RunWork work = work_of(uses_);
  if (work.images_recalled + work.answers_recalled > 0)
    listener_.on(AnswersRecalled{work.images_recalled, work.answers_recalled});
}

/// Asks for all that is missing, in batches. The answers of the first may bring questions for the others: these wait
/// for a whole batch while there may be more, and fill the threads that find no batch of the first.
Result<void> Memo::ask(std::span<Inquiry* const> inquiries) {
  const Inquiry& first = *inquiries.front();
  const Inquiry* leader = nullptr;  // whose progress is reported
  std::size_t most = 0;
  std::vector<RoleKind> roles;
  for (const Inquiry* one : inquiries) {
    roles.push_back(one->role);
    if (leader == nullptr && one->missing > 0) leader = one;
    most += (one->missing + first.missing + one->batch() - 1) / one->batch();
  }
  if (leader == nullptr) return {};
  report_recalled();
  const auto next = [&]() -> std::optional<Task> {
    const std::lock_guard lock(mutex_);
    for (Inquiry* one : inquiries) {
      if (!lost_.empty()) leave_answered(*one);
      const bool grows = one != &first && !first.ended();
      if (one->waiting.empty() || (grows && one->waiting.size() < one->batch())) continue;
      if (one->under_way >= executor_.at_once(one->role)) continue;
      auto places = one->take_batch();
      for (const std::size_t place : places) count(one->role, one->inputs[place], false);  // what was taken over is new
      Batch batch = one->to_batch(places);
      return Task{std::move(batch),
                  [this, one, leads = one == leader, places = std::move(places)](
                      const std::vector<std::string>& values) { return remember(*one, places, values, leads); }};
    }
    return std::nullopt;
  };
  const auto begin = last_generated_ = std::chrono::steady_clock::now();
  auto done = executor_.run(next, roles, most, cancel_);
  generating_seconds_ += std::chrono::duration<double>(last_generated_ - begin).count();
  return done;
}

Result<std::vector<std::string>> Memo::answers(Inquiry inquiry, std::span<const std::string> inputs) {
  if (cancel_.cancelled()) return stopped();
  left_ = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) SCOTOMA_RETURN_IF_ERROR(put(inquiry, i, inputs[i]));
  Inquiry* const all[] = {&inquiry};
  SCOTOMA_RETURN_IF_ERROR(run(all, Others::are_awaited));
  if (left_ > 0) return left_to_others();
  return std::move(inquiry.found);
}

/// `labels`: where the images are then classified and judged.
Memo::Inquiry Memo::to_generate(RoleKind role, std::span<const GenerationRequest> requests,
                                std::span<const std::string> labels) const {
  return {models_, role, requests.size(), [role, requests, labels](std::span<const std::size_t> places) {
            Batch batch{role};
            for (const std::size_t place : places) {
              batch.requests.push_back(requests[place]);
              if (!labels.empty()) batch.labels.push_back(labels[place]);
            }
            return batch;
          }};
}

/// A question about images; of the judge under a label each.
Memo::Inquiry Memo::about_images(RoleKind role, std::span<const std::string> ids,
                                 std::span<const std::string> labels) const {
  return {models_, role, ids.size(), [role, ids, labels](std::span<const std::size_t> places) {
            Batch batch{role};
            for (const std::size_t place : places) {
              batch.images.push_back(ids[place]);
              if (!labels.empty()) batch.texts.push_back(labels[place]);
            }
            return batch;
          }};
}

Result<std::vector<std::string>> Memo::generate(std::span<const GenerationRequest> requests) {
  std::vector<std::string> keys;
  for (const GenerationRequest& request : requests) keys.push_back(key_of(request));
  return answers(to_generate(RoleKind::generator, requests), keys);
}

Result<std::vector<Prediction>> Memo::predictions(std::span<const std::string> answers) const {
  const auto classes = static_cast<int>(class_names().size());
  return decoded<Prediction>("classifier", answers, [&](const std::string& answer) {
    auto prediction = decode_prediction(answer);
    const auto unknown = [&](const Score& score) { return score.label < 0 || score.label >= classes; };
    if (prediction && std::any_of(prediction->top.begin(), prediction->top.end(), unknown)) prediction.reset();
    return prediction;
  });
}

Result<std::vector<Prediction>> Memo::classify(std::span<const std::string> ids) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers(about_images(RoleKind::classifier, ids), ids));
  return predictions(bytes);
}

Result<std::vector<Judgement>> Memo::judge(std::span<const std::string> ids, const std::string& label) {
  return judge(ids, std::vector<std::string>(ids.size(), label));
}

Result<std::vector<Judgement>> Memo::judge(std::span<const std::string> ids, std::span<const std::string> labels) {
  if (!models_.judge) return std::vector<Judgement>(ids.size(), Judgement{true, 1});
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < ids.size(); ++i) keys.push_back(key_of(ids[i], labels[i]));
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers(about_images(RoleKind::judge, ids, labels), keys));
  return decoded<Judgement>("judge", bytes, decode_judgement);
}

Result<std::vector<std::string>> Memo::caption(std::span<const std::string> ids) {
  return answers(about_images(RoleKind::captioner, ids), ids);
}

/// All of one length, in this call and those before: they are compared.
Result<std::vector<std::vector<float>>> Memo::of_one_space(std::vector<std::vector<float>> vectors) {
  const std::lock_guard lock(mutex_);
  for (const auto& vector : vectors) {
    if (dimensions_ == 0) dimensions_ = vector.size();
    if (vector.size() == dimensions_) continue;
    return bad_input(
        fmt::format("the embedder gave vectors of {} and of {} numbers; images and texts must share one space",
                    dimensions_, vector.size()));
  }
  return vectors;
}

Result<std::vector<std::vector<float>>> Memo::embed_images(std::span<const std::string> ids) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers(about_images(RoleKind::embedder, ids), ids));
  SCOTOMA_ASSIGN_OR_RETURN(auto vectors, decoded<std::vector<float>>("embedder", bytes, decode_vector));
  return of_one_space(std::move(vectors));
}

Result<std::vector<std::vector<float>>> Memo::embed_texts(std::span<const std::string> texts) {
  std::vector<std::string> keys;
  for (const std::string& text : texts) keys.push_back("text " + text);
  Inquiry inquiry(models_, RoleKind::embedder, texts.size(), [texts](std::span<const std::size_t> places) {
    Batch batch{RoleKind::embedder};
    for (const std::size_t place : places) batch.texts.push_back(texts[place]);
    return batch;
  });
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers(std::move(inquiry), keys));
  SCOTOMA_ASSIGN_OR_RETURN(auto vectors, decoded<std::vector<float>>("embedder", bytes, decode_vector));
  return of_one_space(std::move(vectors));
}

Result<std::vector<Sample>> Memo::sample(std::span<const Query> queries) {
  assert(std::all_of(queries.begin(), queries.end(), [&](const Query& q) { return q.draft == queries[0].draft; }));
  left_ = 0;
  SCOTOMA_RETURN_IF_ERROR(check_round(queries));
  auto samples = sample_all(queries, Others::are_left);  // the shard's own of the whole call come first
  if (!samples.ok() || left_ == 0) return samples;
  if (!options_.sharing->wait) return left_to_others();
  left_ = 0;
  return sample_all(queries, Others::are_awaited);
}

/// In parts, so that what is held besides the samples does not grow with their number.
Result<std::vector<Sample>> Memo::sample_all(std::span<const Query> queries, Others others) {
  constexpr std::size_t kPart = 4096;
  std::vector<Sample> samples;
  samples.reserve(queries.size());
  for (std::size_t first = 0; first < queries.size(); first += kPart) {
    SCOTOMA_RETURN_IF_ERROR(
        sample_part(queries.subspan(first, std::min(kPart, queries.size() - first)), others, samples));
  }
  return samples;
}

/// Appends the samples of `queries`, unless some are for others to answer. An image is classified and judged while
/// others are being generated.
Result<void> Memo::sample_part(std::span<const Query> queries, Others others, std::vector<Sample>& samples) {
  if (cancel_.cancelled()) return stopped();
  std::vector<GenerationRequest> requests;
  std::vector<std::string> labels;
  for (const Query& query : queries) {
    requests.push_back(query.request);
    labels.push_back(query.label);
  }
  const bool drafts = !queries.empty() && queries.front().draft;
  Inquiry generated = to_generate(drafts ? RoleKind::draft : RoleKind::generator, requests, labels);
  const std::vector<std::string>& ids = generated.found;
  Inquiry classified = about_images(RoleKind::classifier, ids);
  std::optional<Inquiry> judged;
  if (models_.judge) judged.emplace(about_images(RoleKind::judge, ids, labels));
  // All that is asked about an image is for the shard that generates it.
  classified.decides = &generated.inputs;
  if (judged) judged->decides = &generated.inputs;
  generated.follow = [&](std::size_t place, bool here) -> Result<void> {
    SCOTOMA_RETURN_IF_ERROR(put(classified, place, ids[place], here));
    return judged ? put(*judged, place, key_of(ids[place], labels[place]), here) : Result<void>();
  };
  for (std::size_t i = 0; i < requests.size(); ++i) SCOTOMA_RETURN_IF_ERROR(put(generated, i, key_of(requests[i])));
  std::vector<Inquiry*> all = {&generated, &classified};
  if (judged) all.push_back(&*judged);
  SCOTOMA_RETURN_IF_ERROR(run(all, others));
  if (left_ > 0) return {};
  SCOTOMA_ASSIGN_OR_RETURN(auto predicted, predictions(classified.found));
  std::vector<Judgement> judgements(ids.size(), Judgement{true, 1});
  if (judged) {
    SCOTOMA_ASSIGN_OR_RETURN(judgements, decoded<Judgement>("judge", judged->found, decode_judgement));
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    samples.push_back({std::move(requests[i]), ids[i], std::move(predicted[i]), judgements[i]});
    samples.back().decide(queries[i].failure, queries[i].class_index);
  }
  return {};
}

std::map<std::string, RunFacts::RoleUse> Memo::uses() const {
  auto uses = uses_;
  for (const auto& [kind, name] : names_of(RoleKind())) {
    const Role* role = role_of(models_, kind);
    if (role != nullptr) uses[std::string(name)].engine_seconds = role->engine_seconds();
  }
  return uses;
}

}  // namespace scotoma

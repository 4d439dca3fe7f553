// SPDX-License-Identifier: Apache-2.0
#include "scotoma/cache/memo.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>

#include "scotoma/cache/codec.h"
#include "scotoma/core/hash.h"
#include "scotoma/core/parallel.h"

namespace scotoma {
namespace {

/// Decodes every answer; an answer of other bytes means a damaged cache.
template <class T, class Decode>
Result<std::vector<T>> decoded(const std::string& role, const std::vector<std::string>& answers, const Decode& decode) {
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

/// All of one length: what is compared later.
Result<std::vector<std::vector<float>>> alike(std::vector<std::vector<float>> vectors) {
  for (const auto& vector : vectors) {
    if (vector.size() == vectors.front().size()) continue;
    return bad_input(
        fmt::format("the embedder gave vectors of {} and of {} numbers; images and texts must share one space",
                    vectors.front().size(), vector.size()));
  }
  return vectors;
}

/// What is asked of the generator, as a key of fixed length.
std::string key_of(const Draw& draw) { return Hasher().field(draw.prompt).field(draw.seed).hex(); }

Result<std::vector<std::string>> counted(std::vector<std::string> values, std::size_t asked, const std::string& role) {
  if (values.size() == asked) return values;
  return failed(fmt::format("the {} gave {} answers to {} questions", role, values.size(), asked));
}

template <class T>
Result<std::vector<std::string>> encoded(Result<std::vector<T>> answers) {
  if (!answers.ok()) return answers.error();
  std::vector<std::string> bytes;
  for (const T& answer : *answers) bytes.push_back(encode(answer));
  return bytes;
}

}  // namespace

Memo::Memo(Models& models, AnswerCache& cache, const CancelToken& cancel, Progress& progress, Options options)
    : models_(models), cache_(cache), cancel_(cancel), progress_(progress), options_(options) {}

/// Looks every input up, asks the model in batches for those that are missing, remembers each batch as it comes.
/// `ask(first indices into inputs)` gives the answers as bytes.
template <class Ask>
Result<std::vector<std::string>> Memo::answers(const std::string& role, const Role& model,
                                               std::span<const std::string> inputs, const Ask& ask) {
  if (cancel_.cancelled()) return stopped();
  if (!fingerprints_.contains(role)) fingerprints_[role] = model.fingerprint();
  const std::string& fingerprint = fingerprints_[role];
  std::vector<std::string> found(inputs.size());
  std::unordered_map<std::string, std::size_t> first;  // of inputs that are missing
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (first.contains(inputs[i])) continue;
    SCOTOMA_ASSIGN_OR_RETURN(auto known, cache_.find(fingerprint, inputs[i]));
    if (known && role == "generator") {
      SCOTOMA_ASSIGN_OR_RETURN(const bool there, cache_.has_image(*known));
      if (!there) known.reset();
    }
    if (known) {
      found[i] = *std::move(known);
      continue;
    }
    first[inputs[i]] = i;
    missing.push_back(i);
  }
  auto& counted_inputs = counted_[role];
  for (const std::string& input : inputs) {
    if (!counted_inputs.insert(std::hash<std::string>()(input)).second) continue;
    (first.contains(input) ? uses_[role].computed : uses_[role].recalled) += 1;
  }
  if (missing.empty()) return found;
  if (options_.replay_only) {
    return bad_input(
        fmt::format("{} of {} answers of the {} are not in the cache: the study is not finished; run `scotoma find`",
                    missing.size(), inputs.size(), role));
  }

  std::mutex mutex;
  std::size_t done = 0;
  const std::size_t atom = std::max<std::size_t>(1, model.batch());
  const auto job = [&](std::size_t index) -> Result<void> {
    const std::size_t begin = index * atom;
    const std::span part(missing.data() + begin, std::min(atom, missing.size() - begin));
    SCOTOMA_ASSIGN_OR_RETURN(auto values, ask(part));
    SCOTOMA_ASSIGN_OR_RETURN(values, counted(std::move(values), part.size(), role));
    std::vector<Answer> rows;
    for (std::size_t i = 0; i < part.size(); ++i) rows.push_back({inputs[part[i]], values[i]});
    SCOTOMA_RETURN_IF_ERROR(cache_.store(fingerprint, rows));
    const std::lock_guard lock(mutex);
    for (std::size_t i = 0; i < part.size(); ++i) found[part[i]] = std::move(values[i]);
    done += part.size();
    progress_.advance(done, missing.size());
    return {};
  };
  SCOTOMA_RETURN_IF_ERROR(run_parallel((missing.size() + atom - 1) / atom, options_.threads, cancel_, job));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (const auto twin = first.find(inputs[i]); twin != first.end()) found[i] = found[twin->second];
  }
  return found;
}

Result<std::vector<Image>> Memo::images(std::span<const std::string> ids) const {
  std::vector<Image> images;
  for (const std::string& id : ids) {
    SCOTOMA_ASSIGN_OR_RETURN(Image image, cache_.image(id));
    images.push_back(std::move(image));
  }
  return images;
}

/// A question about pictures: reads those of the batch and hands them to `call`.
template <class Call>
auto Memo::on_images(std::span<const std::string> ids, Call call) const {
  return [this, ids, call](std::span<const std::size_t> part) -> Result<std::vector<std::string>> {
    std::vector<std::string> names;
    for (std::size_t i : part) names.push_back(ids[i]);
    SCOTOMA_ASSIGN_OR_RETURN(const auto pictures, images(names));
    return call(pictures);
  };
}

Result<std::vector<std::string>> Memo::generate(std::span<const Draw> draws) {
  std::vector<std::string> keys;
  for (const Draw& draw : draws) keys.push_back(key_of(draw));
  const auto begin = std::chrono::steady_clock::now();
  const auto ask = [&](std::span<const std::size_t> part) -> Result<std::vector<std::string>> {
    std::vector<Draw> batch;
    for (std::size_t i : part) batch.push_back(draws[i]);
    SCOTOMA_ASSIGN_OR_RETURN(const auto images, models_.generator->generate(batch));
    std::vector<std::string> ids;
    for (const Image& image : images) {
      SCOTOMA_ASSIGN_OR_RETURN(std::string id, cache_.put_image(image));
      ids.push_back(std::move(id));
    }
    return ids;
  };
  const auto before = uses_["generator"].computed;
  auto ids = answers("generator", *models_.generator, keys, ask);
  if (uses_["generator"].computed > before) {
    drawing_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  return ids;
}

Result<std::vector<Prediction>> Memo::classify(std::span<const std::string> ids) {
  const auto ask =
      on_images(ids, [&](const auto& pictures) { return encoded(models_.classifier->classify(pictures)); });
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers("classifier", *models_.classifier, ids, ask));
  const auto classes = static_cast<int>(class_names().size());
  return decoded<Prediction>("classifier", bytes, [&](const std::string& answer) {
    auto prediction = decode_prediction(answer);
    const auto unknown = [&](const Score& score) { return score.label < 0 || score.label >= classes; };
    if (prediction && std::any_of(prediction->top.begin(), prediction->top.end(), unknown)) prediction.reset();
    return prediction;
  });
}

Result<std::vector<Judgement>> Memo::judge(std::span<const std::string> ids, const std::string& label) {
  if (!models_.judge) return std::vector<Judgement>(ids.size(), Judgement{true, 1});
  std::vector<std::string> keys;
  for (const std::string& id : ids) keys.push_back(id + " " + label);
  const auto ask = on_images(ids, [&](const auto& pictures) { return encoded(models_.judge->judge(pictures, label)); });
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers("judge", *models_.judge, keys, ask));
  return decoded<Judgement>("judge", bytes, decode_judgement);
}

Result<std::vector<std::string>> Memo::caption(std::span<const std::string> ids) {
  const auto ask = on_images(ids, [&](const auto& pictures) { return models_.captioner->caption(pictures); });
  return answers("captioner", *models_.captioner, ids, ask);
}

Result<std::vector<std::vector<float>>> Memo::embed_images(std::span<const std::string> ids) {
  const auto ask =
      on_images(ids, [&](const auto& pictures) { return encoded(models_.embedder->embed_images(pictures)); });
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers("embedder", *models_.embedder, ids, ask));
  SCOTOMA_ASSIGN_OR_RETURN(auto vectors, decoded<std::vector<float>>("embedder", bytes, decode_vector));
  return alike(std::move(vectors));
}

Result<std::vector<std::vector<float>>> Memo::embed_texts(std::span<const std::string> texts) {
  std::vector<std::string> keys;
  for (const std::string& text : texts) keys.push_back("text " + text);
  const auto ask = [&](std::span<const std::size_t> part) -> Result<std::vector<std::string>> {
    std::vector<std::string> batch;
    for (std::size_t i : part) batch.push_back(texts[i]);
    return encoded(models_.embedder->embed_texts(batch));
  };
  SCOTOMA_ASSIGN_OR_RETURN(const auto bytes, answers("embedder", *models_.embedder, keys, ask));
  SCOTOMA_ASSIGN_OR_RETURN(auto vectors, decoded<std::vector<float>>("embedder", bytes, decode_vector));
  return alike(std::move(vectors));
}

/// In parts, so that what is held besides the samples does not grow with their number.
Result<std::vector<Sample>> Memo::observe(std::span<const Question> questions) {
  constexpr std::size_t kPart = 4096;
  std::vector<Sample> samples;
  samples.reserve(questions.size());
  for (std::size_t first = 0; first < questions.size(); first += kPart) {
    SCOTOMA_RETURN_IF_ERROR(observe_part(questions.subspan(first, std::min(kPart, questions.size() - first)), samples));
  }
  return samples;
}

/// Appends the samples of `questions`. Each role is asked once for all of them, the judge once a label.
Result<void> Memo::observe_part(std::span<const Question> questions, std::vector<Sample>& samples) {
  std::vector<Draw> draws;
  std::map<std::string, std::vector<std::size_t>> by_label;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    draws.push_back(questions[i].draw);
    by_label[questions[i].label].push_back(i);
  }
  SCOTOMA_ASSIGN_OR_RETURN(const auto ids, generate(draws));
  SCOTOMA_ASSIGN_OR_RETURN(auto predictions, classify(ids));
  std::vector<Judgement> judgements(ids.size());
  for (const auto& [label, indices] : by_label) {
    std::vector<std::string> own;
    for (std::size_t i : indices) own.push_back(ids[i]);
    SCOTOMA_ASSIGN_OR_RETURN(const auto judged, judge(own, label));
    for (std::size_t i = 0; i < indices.size(); ++i) judgements[indices[i]] = judged[i];
  }
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const bool correct = predictions[i].label() == questions[i].class_index;
    samples.push_back({std::move(draws[i]), ids[i], std::move(predictions[i]), judgements[i], correct});
  }
  return {};
}

std::map<std::string, RunFacts::RoleUse> Memo::uses() const {
  auto uses = uses_;
  const std::pair<std::string, const Role*> roles[] = {{"generator", models_.generator.get()},
                                                       {"classifier", models_.classifier.get()},
                                                       {"captioner", models_.captioner.get()},
                                                       {"embedder", models_.embedder.get()},
                                                       {"judge", models_.judge.get()}};
  for (const auto& [name, role] : roles) {
    if (role != nullptr) uses[name].engine_seconds = role->engine_seconds();
  }
  return uses;
}

}  // namespace scotoma

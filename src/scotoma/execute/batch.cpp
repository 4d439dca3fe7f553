// SPDX-License-Identifier: Apache-2.0
#include "scotoma/execute/batch.h"

#include <fmt/format.h>

#include <cassert>
#include <span>

#include "scotoma/model/codec.h"

namespace scotoma {
namespace {

using Encoded = Result<std::vector<std::string>>;

template <class T>
Encoded encoded(Result<std::vector<T>> answers) {
  if (!answers.ok()) return answers.error();
  std::vector<std::string> bytes;
  for (const T& answer : *answers) bytes.push_back(encode(answer));
  return bytes;
}

Encoded generated(const Batch& batch, Generator& generator, ImageStore& store) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto images, generator.generate(batch.requests));
  std::vector<std::string> ids;
  for (const Image& image : images) {
    SCOTOMA_ASSIGN_OR_RETURN(std::string id, store.put_image(image));
    ids.push_back(std::move(id));
  }
  return ids;
}

Encoded read_whole(std::span<const std::string> prompts, Generator& generator) {
  std::vector<std::string> answers;
  for (const std::string& prompt : prompts) {
    SCOTOMA_ASSIGN_OR_RETURN(const bool whole, generator.reads_whole(prompt));
    answers.emplace_back(whole ? "1" : "0");
  }
  return answers;
}

Result<std::vector<Image>> load_images(const Batch& batch, const ImageStore& store) {
  std::vector<Image> images;
  store.fetch(batch.images);
  for (const std::string& id : batch.images) {
    SCOTOMA_ASSIGN_OR_RETURN(Image image, store.image(id));
    images.push_back(std::move(image));
  }
  return images;
}

Encoded ask(const Batch& batch, Models& models, ImageStore& store) {
  if (batch.role == RoleKind::generator && batch.requests.empty()) return read_whole(batch.texts, *models.generator);
  if (batch.role == RoleKind::generator) return generated(batch, *models.generator, store);
  if (batch.role == RoleKind::draft) return generated(batch, *models.draft, store);
  if (batch.role == RoleKind::embedder && batch.images.empty())
    return encoded(models.embedder->embed_texts(batch.texts));
  SCOTOMA_ASSIGN_OR_RETURN(const auto images, load_images(batch, store));
  switch (batch.role) {
    case RoleKind::classifier:
      return encoded(models.classifier->classify(images));
    case RoleKind::captioner:
      return models.captioner->caption(images);
    case RoleKind::embedder:
      return encoded(models.embedder->embed_images(images));
    case RoleKind::judge:
      return encoded(models.judge->judge(images, batch.texts));
    case RoleKind::generator:
    case RoleKind::draft:
      break;
  }
  return std::vector<std::string>();
}

}  // namespace

std::size_t Batch::size() const {
  if (!requests.empty()) return requests.size();
  return images.empty() ? texts.size() : images.size();
}

Encoded answer(const Batch& batch, Models& models, ImageStore& images) {
  assert(role_of(models, batch.role) != nullptr);
  SCOTOMA_ASSIGN_OR_RETURN(auto answers, ask(batch, models, images));
  if (answers.size() == batch.size()) return answers;
  return failed(
      fmt::format("the {} gave {} answers to {} questions", name_of(batch.role), answers.size(), batch.size()));
}

}  // namespace scotoma

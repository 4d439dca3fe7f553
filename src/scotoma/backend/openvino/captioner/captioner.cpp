// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/captioner.h"

#include <fmt/format.h>

#include <algorithm>

#include "scotoma/backend/decoding/search.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/files/preprocessor_config.h"
#include "scotoma/backend/openvino/captioner/tidy.h"
#include "scotoma/backend/openvino/examine.h"
#include "scotoma/backend/openvino/fingerprint.h"

namespace scotoma {

Result<std::unique_ptr<OpenvinoCaptioner>> OpenvinoCaptioner::load(const std::shared_ptr<Engine>& engine,
                                                                   const CaptionerOptions& options) {
  std::unique_ptr<OpenvinoCaptioner> out(new OpenvinoCaptioner);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, options));
  return out;
}

Result<void> OpenvinoCaptioner::open(const std::shared_ptr<Engine>& engine, const CaptionerOptions& options) {
  folder_ = options.model;
  SCOTOMA_RETURN_IF_ERROR(check_model_folder(folder_, FolderOf::captioner));
  SCOTOMA_ASSIGN_OR_RETURN(rules_, read_captioner_rules(folder_));
  if (options.beams > 0) rules_.beams = static_cast<std::size_t>(options.beams);
  batch_ = static_cast<std::size_t>(std::max(1, options.batch));
  at_once_ = std::max<std::size_t>(1, batch_ / rules_.beams);
  most_new_ = rules_.most_new(1, static_cast<std::size_t>(std::max(1, options.max_tokens)));
  SCOTOMA_ASSIGN_OR_RETURN(const Preprocessing prep, read_preprocessor_config(folder_ / "preprocessor_config.json"));
  const auto file = folder_ / "openvino_encoder_model.xml";
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, engine->read(file));
  SCOTOMA_ASSIGN_OR_RETURN(auto tried, create_examined(engine, model, prep, "last_hidden_state", options.batch, file));
  encoder_ = std::move(tried.network);
  if (encoder_->output_shape().size() != 3) return bad_input(file.string() + ": must give [n, positions, width]");
  SCOTOMA_ASSIGN_OR_RETURN(detokenizer_, Detokenizer::load(*engine, folder_));
  SCOTOMA_ASSIGN_OR_RETURN(decoder_, TextDecoder::load(*engine, folder_, rules_, at_once_, encoder_->output_shape()));
  SCOTOMA_RETURN_IF_ERROR(examine_decoder(tried.rows));
  return take_fingerprint(*engine);
}

Result<void> OpenvinoCaptioner::take_fingerprint(const Engine& engine) {
  const auto settings = fmt::format("{} start {} pad {} longest {} batch {} {}", encoder_->settings(), rules_.start,
                                    rules_.padding, most_new_ + 1, batch_, decoder_->precision());
  std::string ends;
  for (const auto id : rules_.ends) ends += fmt::format("{} ", id);
  if (!rules_.ends.contains(rules_.padding)) ends += "padding goes on ";  // it ended a caption in older programs
  SCOTOMA_ASSIGN_OR_RETURN(
      fingerprint_, model_fingerprint(engine, "captioner",
                                      {folder_ / "openvino_encoder_model.xml", folder_ / "openvino_decoder_model.xml",
                                       folder_ / "openvino_detokenizer.xml"},
                                      {settings, ends + rules_.settings()}));
  return {};
}

std::string OpenvinoCaptioner::describe() const {
  const PixelSize size = encoder_->input_size();
  return fmt::format("{}, {} x {}, {}, at most {} tokens, {}{}", folder_.filename().string(), size.width, size.height,
                     rules_.describe(), most_new_ + 1, decoder_->precision(),
                     decoder_->keeps_state() ? ", with a cache" : "");
}

Result<std::vector<std::string>> OpenvinoCaptioner::caption(std::span<const Image> images) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto captions, caption_ids(images));
  std::vector<std::string> out;
  for (const TokenIds& ids : captions) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string text, detokenizer_->decode(ids));
    out.push_back(tidy_caption(text));
  }
  return out;
}

Result<std::vector<TokenIds>> OpenvinoCaptioner::caption_ids(std::span<const Image> images) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto states, encoder_->run(images));
  std::vector<TokenIds> out;
  for (std::size_t at = 0; at < states.size(); at += at_once_) {
    const auto mine = std::span(states).subspan(at, std::min(at_once_, states.size() - at));
    SCOTOMA_ASSIGN_OR_RETURN(const auto step, decoder_->start(mine));
    SCOTOMA_ASSIGN_OR_RETURN(const auto texts, search_texts(*step, rules_, {at_once_, {rules_.start}, most_new_}));
    out.insert(out.end(), texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(mine.size()));
  }
  return out;
}

/// Whether the decoder's first word depends on the image, and on nothing else: `states` are those of the test images.
Result<void> OpenvinoCaptioner::examine_decoder(const Rows& states) {
  const Examined examined{decoder_->subject(), "an image", at_once_, decoder_->precision() == "bf16"};
  const auto ask = [&](std::span<const std::size_t> which) -> Result<Rows> {
    Rows asked;
    for (const std::size_t i : which) asked.push_back(states[i]);
    SCOTOMA_ASSIGN_OR_RETURN(const auto step, decoder_->start(asked));
    SCOTOMA_ASSIGN_OR_RETURN(const NextLogits logits, step->begin());
    SCOTOMA_RETURN_IF_ERROR(decoder_->check_special_ids(logits.words));
    Rows out;
    for (std::size_t i = 0; i < which.size(); ++i) {
      const auto row = logits.values.subspan(i * rules_.beams * logits.words, logits.words);
      out.emplace_back(row.begin(), row.end());
    }
    return out;
  };
  SCOTOMA_ASSIGN_OR_RETURN(const Rows rows, examine(examined, ask));
  return check_finite(rows, examined);
}

}  // namespace scotoma

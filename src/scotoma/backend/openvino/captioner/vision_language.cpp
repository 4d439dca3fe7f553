// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/captioner/vision_language.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "scotoma/backend/decoding/search.h"
#include "scotoma/backend/files/chat_template.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/backend/files/preprocessor_config.h"
#include "scotoma/backend/openvino/captioner/first_sentence.h"
#include "scotoma/backend/openvino/captioner/tidy.h"
#include "scotoma/backend/openvino/captioner/vision_input.h"
#include "scotoma/backend/openvino/examine.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/backend/openvino/ports.h"

namespace scotoma {
namespace {

constexpr const char* kVisionFile = "openvino_vision_embeddings_model.xml";

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// As most chat templates print a text.
std::string without_blanks(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return std::string(text);
}

/// The language model as the search sees it: it has read the prompt with the features of a batch of images.
class AnswerStep final : public DecodingStep {
 public:
  AnswerStep(LanguageModel& model, LanguageModel::Session session, std::span<const std::vector<float>> features,
             std::size_t beams)
      : model_(&model), session_(std::move(session)), features_(features), beams_(beams) {}

  /// The prompt is read once an image; its beams begin as copies.
  Result<NextLogits> begin() override {
    SCOTOMA_ASSIGN_OR_RETURN(const auto logits, session_.begin(features_));
    const std::size_t words = logits.size() / features_.size();
    first_ = true;
    copies_.clear();
    for (std::size_t row = 0; row < features_.size() * beams_; ++row) {
      const auto mine = logits.subspan(row / beams_ * words, words);
      copies_.insert(copies_.end(), mine.begin(), mine.end());
    }
    return NextLogits{copies_, words};
  }

  Result<NextLogits> next(std::span<const std::int64_t> ids, std::span<const std::size_t> from) override {
    std::vector<std::size_t> rows(from.begin(), from.end());
    if (std::exchange(first_, false)) {
      for (std::size_t& row : rows) row /= beams_;
    }
    SCOTOMA_ASSIGN_OR_RETURN(const auto logits, session_.next(ids, rows));
    return NextLogits{logits, logits.size() / rows.size()};
  }

  const std::string& subject() const override { return model_->subject(); }

 private:
  LanguageModel* model_;
  LanguageModel::Session session_;
  std::span<const std::vector<float>> features_;
  std::size_t beams_;
  bool first_ = true;  ///< the next step continues the prompt
  std::vector<float> copies_;
};

}  // namespace

Result<std::unique_ptr<VisionLanguageCaptioner>> VisionLanguageCaptioner::load(const std::shared_ptr<Engine>& engine,
                                                                               const CaptionerOptions& options) {
  std::unique_ptr<VisionLanguageCaptioner> out(new VisionLanguageCaptioner);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, options));
  return out;
}

Result<void> VisionLanguageCaptioner::open(const std::shared_ptr<Engine>& engine, const CaptionerOptions& options) {
  folder_ = options.model;
  SCOTOMA_RETURN_IF_ERROR(check_model_folder(folder_, FolderOf::captioner));
  SCOTOMA_ASSIGN_OR_RETURN(family_, read_vision_family(folder_));
  SCOTOMA_RETURN_IF_ERROR(read_rules(options));
  Rows features;
  SCOTOMA_RETURN_IF_ERROR(open_vision(engine, features));
  SCOTOMA_ASSIGN_OR_RETURN(detokenizer_, Detokenizer::load(*engine, folder_));
  SCOTOMA_ASSIGN_OR_RETURN(ImagePrompt prompt, find_prompt(*engine, options));
  const SessionSize size{batch_, batch_ * rules_.beams, longest_};
  SCOTOMA_ASSIGN_OR_RETURN(language_, LanguageModel::load(*engine, folder_, std::move(prompt), size));
  if (language_->at_once() < static_cast<std::size_t>(engine->threads())) concurrency_ = language_->at_once();
  SCOTOMA_RETURN_IF_ERROR(check_parts());
  SCOTOMA_RETURN_IF_ERROR(resolve_length());
  SCOTOMA_RETURN_IF_ERROR(take_fingerprint(*engine));
  if (engine->was_examined(fingerprint_)) return {};  // to read the prompt some times is minutes of a large model
  SCOTOMA_RETURN_IF_ERROR(examine_answers(features));
  engine->note_examined(fingerprint_);
  return {};
}

/// How long an answer may be. A greatest length that does not even hold the prompt is no rule of answers: older
/// config.json have transformers' default, 20.
Result<void> VisionLanguageCaptioner::resolve_length() {
  const std::size_t prompt = language_->prompt().size();
  if (rules_.positions && *rules_.positions <= prompt) {
    return bad_input(
        fmt::format("{}: has places for {} tokens (max_position_embeddings), and the prompt with the image "
                    "takes {}; shorten captioner.prompt",
                    (folder_ / "config.json").string(), *rules_.positions, prompt));
  }
  if (rules_.max_length && *rules_.max_length <= prompt) rules_.max_length.reset();
  most_new_ = rules_.most_new(prompt, longest_ + 1);
  return {};
}

Result<void> VisionLanguageCaptioner::take_fingerprint(const Engine& engine) {
  const auto ids = fmt::format("{}", fmt::join(language_->prompt(), " "));
  const auto ends = fmt::format("{}", fmt::join(rules_.ends, " "));
  const auto settings = fmt::format("{} {} longest {} batch {} {}", vision_->settings(), rules_.settings(), most_new_,
                                    batch_, language_->precision());
  std::vector<std::filesystem::path> files = language_->files();
  files.push_back(folder_ / kVisionFile);
  files.push_back(folder_ / "openvino_detokenizer.xml");
  SCOTOMA_ASSIGN_OR_RETURN(fingerprint_, model_fingerprint(engine, "captioner", files, {settings, ids, ends}));
  return {};
}

Result<void> VisionLanguageCaptioner::read_rules(const CaptionerOptions& options) {
  SCOTOMA_ASSIGN_OR_RETURN(rules_, read_generation_rules(folder_));
  if (rules_.ends.empty()) {
    return bad_input((folder_ / "generation_config.json").string() +
                     ": eos_token_id is needed, here or in config.json: what ends an answer");
  }
  if (options.beams > 0) rules_.beams = static_cast<std::size_t>(options.beams);
  longest_ = static_cast<std::size_t>(std::max(1, options.max_tokens));
  batch_ = std::max<std::size_t>(1, static_cast<std::size_t>(std::max(1, options.batch)) / rules_.beams);
  return {};
}

/// `tried`: features of the test images.
Result<void> VisionLanguageCaptioner::open_vision(const std::shared_ptr<Engine>& engine, Rows& tried) {
  SCOTOMA_ASSIGN_OR_RETURN(const Preprocessing prep, read_preprocessor_config(folder_ / "preprocessor_config.json"));
  const auto file = folder_ / kVisionFile;
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, engine->read(file));
  const int batch = static_cast<int>(batch_);
  SCOTOMA_RETURN_IF_ERROR(keep_image_input(model, prep, batch, file));
  SCOTOMA_ASSIGN_OR_RETURN(auto found, create_examined(engine, model, prep, "last_hidden_state", batch, file));
  vision_ = std::move(found.network);
  tried = std::move(found.rows);
  const ov::Shape features = vision_->output_shape();
  if (features.size() == 3 && features[1] > 0) return {};
  return bad_input(file.string() + ": must give [n, positions, width]: one row of features a token of the image");
}

/// The question in the conversation of the family.
Result<ImagePrompt> VisionLanguageCaptioner::find_prompt(Engine& engine, const CaptionerOptions& options) {
  prompt_ = without_blanks(options.prompt.empty() ? kUsualPrompt : options.prompt);
  std::string text = options.conversation;
  if (text.empty()) {
    SCOTOMA_ASSIGN_OR_RETURN(text, read_conversation(folder_));
  }
  for (const std::string_view part : {std::string_view(family_.place), kPromptPlace}) {
    const std::size_t at = text.find(part);
    if (at != std::string::npos && text.find(part, at + 1) == std::string::npos) continue;
    return bad_input(fmt::format("captioner.template must hold {} once, for {}; it is '{}'", part,
                                 part == kPromptPlace ? "the question" : "the image", text));
  }
  text = replaced(std::move(text), family_.place, fmt::format("{}{}{}", family_.before, family_.token, family_.after));
  text = replaced(std::move(text), kPromptPlace, prompt_);
  SCOTOMA_ASSIGN_OR_RETURN(const auto tokenizer, Tokenizer::load(engine, folder_));
  SCOTOMA_ASSIGN_OR_RETURN(const TokenIds ids, tokenizer->ids_of(text));
  return find_image(ids);
}

/// Whether the parts are of one model, as far as their numbers show it.
Result<void> VisionLanguageCaptioner::check_parts() const {
  const auto rules = folder_ / "generation_config.json";
  const auto check = [&](const char* key, std::int64_t id) {
    return check_ids(std::span(&id, 1), language_->words(), fmt::format("{}: {}", rules.string(), key),
                     folder_ / LanguageModel::kFile);
  };
  for (const std::int64_t end : rules_.ends) SCOTOMA_RETURN_IF_ERROR(check("eos_token_id", end));
  SCOTOMA_RETURN_IF_ERROR(check("pad_token_id", rules_.padding));
  const ov::Shape features = vision_->output_shape();
  if (features[2] == language_->width()) return {};
  return bad_input(fmt::format("{}: gives features of {} numbers, and {} takes {}: parts of different models",
                               (folder_ / kVisionFile).string(), features[2], language_->subject(),
                               language_->width()));
}

/// The prompt with as many tokens of the image as it has features.
Result<ImagePrompt> VisionLanguageCaptioner::find_image(TokenIds ids) const {
  SCOTOMA_ASSIGN_OR_RETURN(const std::int64_t token, read_image_token(folder_));
  // A template may begin with the token that the tokenizer puts in front of every text.
  if (ids.size() > 1 && ids[0] == ids[1] && ids[0] == rules_.start) ids.erase(ids.begin());
  if (std::count(ids.begin(), ids.end(), token) != 1) {
    return bad_input(fmt::format(
        "{}: reads {} tokens of an image (id {} in config.json) in the text with one {}; neither captioner.prompt nor "
        "the template may hold another, and all files must be of one model",
        (folder_ / "openvino_tokenizer.xml").string(), std::count(ids.begin(), ids.end(), token), token,
        family_.token));
  }
  ImagePrompt out;
  out.positions = vision_->output_shape()[1];
  const auto at = std::find(ids.begin(), ids.end(), token);
  out.image_at = static_cast<std::size_t>(at - ids.begin());
  ids.insert(at, out.positions - 1, token);
  out.ids = std::move(ids);
  return out;
}

/// Whether the first word of an answer depends on the image, and on nothing else.
Result<void> VisionLanguageCaptioner::examine_answers(const Rows& features) {
  const Examined examined{language_->subject(), "an image", batch_, language_->precision() == "bf16"};
  const auto ask = [&](std::span<const std::size_t> which) -> Result<Rows> {
    Rows asked;
    for (std::size_t row = 0; row < batch_; ++row) asked.push_back(features[which[std::min(row, which.size() - 1)]]);
    SCOTOMA_ASSIGN_OR_RETURN(auto session, language_->session());
    SCOTOMA_ASSIGN_OR_RETURN(const auto logits, session.begin(asked));
    const std::size_t words = logits.size() / batch_;
    Rows out;
    for (std::size_t row = 0; row < which.size(); ++row) {
      const auto mine = logits.subspan(row * words, words);
      out.emplace_back(mine.begin(), mine.end());
    }
    return out;
  };
  SCOTOMA_ASSIGN_OR_RETURN(const Rows rows, examine(examined, ask));
  return check_finite(rows, examined);
}

std::string VisionLanguageCaptioner::describe() const {
  const PixelSize size = vision_->input_size();
  return fmt::format("{}, {}, {} x {}, {}, at most {} tokens, asked \"{}\", {}", folder_.filename().string(),
                     family_.model_type, size.width, size.height, rules_.describe(), most_new_, prompt_,
                     language_->precision());
}

std::string VisionLanguageCaptioner::needs() const {
  constexpr double kGigabyte = 1e9;
  const double weights = static_cast<double>(language_->memory().weights) / kGigabyte;
  const double each = static_cast<double>(language_->memory().activations) / kGigabyte;
  const double sum = weights + each * static_cast<double>(language_->at_once());
  if (sum < 1) return "";
  return fmt::format("about {:.1f} GB of memory: {:.1f} of weights, {:.1f} for each of at most {} batches at once", sum,
                     weights, each, language_->at_once());
}

/// A batch that is not full is filled up with its last image, so that an answer has the same bits in any company.
Result<std::vector<TokenIds>> VisionLanguageCaptioner::caption_ids(std::span<const Image> images) {
  std::vector<TokenIds> out;
  for (std::size_t at = 0; at < images.size(); at += batch_) {
    const auto mine = images.subspan(at, std::min(batch_, images.size() - at));
    SCOTOMA_ASSIGN_OR_RETURN(Rows features, vision_->run(mine));
    features.resize(batch_, features.back());
    SCOTOMA_ASSIGN_OR_RETURN(auto session, language_->session());
    AnswerStep step(*language_, std::move(session), features, rules_.beams);
    const Search search{batch_, language_->prompt(), most_new_};
    SCOTOMA_ASSIGN_OR_RETURN(auto texts, search_texts(step, rules_, search));
    std::move(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(mine.size()), std::back_inserter(out));
  }
  return out;
}

Result<std::vector<std::string>> VisionLanguageCaptioner::caption(std::span<const Image> images) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto texts, caption_ids(images));
  std::vector<std::string> out;
  for (const TokenIds& ids : texts) {
    SCOTOMA_ASSIGN_OR_RETURN(const std::string text, detokenizer_->decode(ids));
    out.push_back(tidy_caption(first_sentence(text)));
  }
  return out;
}

}  // namespace scotoma

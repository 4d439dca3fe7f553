// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/openvino/classifier.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "scotoma/backend/files/class_names.h"
#include "scotoma/backend/files/model_preprocessing.h"
#include "scotoma/backend/openvino/examine.h"
#include "scotoma/backend/openvino/fingerprint.h"
#include "scotoma/backend/openvino/head.h"
#include "scotoma/backend/openvino/ports.h"
#include "scotoma/model/prediction.h"
#include "scotoma/study/imagenet_1k.h"

namespace scotoma {
namespace {

void softmax(std::vector<float>& row) {
  const float top = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (float& v : row) sum += static_cast<double>(v = std::exp(v - top));
  for (float& v : row) v = static_cast<float>(v / sum);
}

}  // namespace

std::string OpenvinoClassifier::describe() const {
  const PixelSize size = network_->input_size();
  return fmt::format("{}, {} classes, {} x {}, {}, {}", file_.filename().string(), names_.size(), size.width,
                     size.height, name_of(output_), network_->precision());
}

Result<std::vector<std::vector<float>>> OpenvinoClassifier::probabilities(std::span<const Image> images) {
  SCOTOMA_ASSIGN_OR_RETURN(auto rows, network_->run(images));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!all_finite(rows[i])) {
      return failed(
          fmt::format("{}: the model returned NaN or infinity for image {} of {}", file_.string(), i + 1, rows.size()));
    }
    if (output_ == Scores::logits) softmax(rows[i]);
  }
  return rows;
}

Result<std::vector<Prediction>> OpenvinoClassifier::classify(std::span<const Image> images) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto rows, probabilities(images));
  std::vector<Prediction> out;
  for (const auto& row : rows) out.push_back(best_classes(row));
  return out;
}

/// Finds the output that holds one number a class and nothing else.
Result<void> OpenvinoClassifier::check_outputs(const ov::Model& model, const ClassifierOptions& options,
                                               std::string& output) const {
  const auto ports = model.outputs();
  std::vector<const ov::Output<const ov::Node>*> candidates;
  for (const auto& port : ports) {
    const ov::PartialShape& shape = port.get_partial_shape();
    if (shape.rank().is_dynamic() || shape.size() < 2 || !port.get_element_type().is_real()) continue;
    bool flat = true;  // [n, C], or [n, C, 1, 1]
    for (std::size_t axis = 2; axis < shape.size(); ++axis) flat = flat && shape[axis] == 1;
    if (flat) candidates.push_back(&port);
  }
  if (candidates.size() > 1) {  // features beside the scores, perhaps
    std::erase_if(candidates, [&](const auto* port) {
      const ov::Dimension& classes = port->get_partial_shape()[1];
      return classes.is_dynamic() || static_cast<std::size_t>(classes.get_length()) != names_.size();
    });
    // Distilled networks have a head each and their mean; transformers calls what counts so.
    const auto named = [](const auto* port) { return port->get_names().contains("logits"); };
    const auto logits = std::find_if(candidates.begin(), candidates.end(), named);
    if (logits != candidates.end()) candidates = {*logits};
  }
  if (candidates.empty() && std::any_of(ports.begin(), ports.end(), [](const auto& port) {
        return port.get_element_type().is_integral_number();
      })) {
    return bad_input(fmt::format(
        "{}: its output holds whole numbers, {}, whose scale the engine does not know; convert it with real "
        "numbers at its output (TensorFlow Lite: inference_output_type = tf.float32; whole numbers inside "
        "may stay)",
        file_.string(), describe_ports(const_cast<ov::Model&>(model).outputs())));
  }
  if (candidates.size() != 1) {
    return bad_input(
        fmt::format("{}: not a classifier: it needs one output [n, {}], a number for each of the names in {}; it has "
                    "the outputs {}. "
                    "Export it with that one alone",
                    file_.string(), names_.size(), options.labels.string(),
                    describe_ports(const_cast<ov::Model&>(model).outputs())));
  }
  const auto* scores = candidates.front();
  if (ports.size() > 1) output = scores->get_names().empty() ? "" : scores->get_any_name();
  const ov::Dimension classes = scores->get_partial_shape()[1];
  if (classes.is_static() && static_cast<std::size_t>(classes.get_length()) != names_.size()) {
    return bad_input(fmt::format("{}: holds {} class names, but {} has {} outputs; give the names that belong to it{}",
                                 options.labels.string(), names_.size(), file_.string(), classes.get_length(),
                                 advice_on_count(names_, static_cast<std::size_t>(classes.get_length()))));
  }
  return {};
}

Result<void> OpenvinoClassifier::open(const std::shared_ptr<Engine>& engine, const ClassifierOptions& options) {
  file_ = options.model;
  batch_ = static_cast<std::size_t>(std::max(1, options.batch));
  SCOTOMA_ASSIGN_OR_RETURN(const auto model, engine->read(file_));
  const auto given = options.class_names.empty() ? built_in_class_names(options.labels) : options.class_names;
  names_ = given;
  if (names_.empty()) {
    SCOTOMA_ASSIGN_OR_RETURN(names_, read_class_names(options.labels));
  }
  if (model->inputs().size() != 1) {
    return bad_input(fmt::format("{}: not a classifier of images: it needs one input; it has {}", file_.string(),
                                 describe_ports(model->inputs())));
  }
  std::string output;
  SCOTOMA_RETURN_IF_ERROR(check_outputs(*model, options, output));
  SCOTOMA_ASSIGN_OR_RETURN(const Preprocessing prep, preprocessing_of(options.preprocessing, file_));
  const Head head = head_of(output.empty() ? model->output(0) : model->output(output));
  SCOTOMA_ASSIGN_OR_RETURN(auto tried, create_examined(engine, model, prep, output, options.batch, file_));
  network_ = std::move(tried.network);
  for (const auto& row : tried.rows) {
    if (row.size() == names_.size()) continue;
    return bad_input(fmt::format("{}: gives {} numbers an image for {} class names{}", file_.string(), row.size(),
                                 names_.size(), advice_on_count(names_, row.size())));
  }
  SCOTOMA_ASSIGN_OR_RETURN(output_, resolve_scores(head, tried.rows, options.output, file_));
  const std::string settings = network_->settings();
  const std::string scores(name_of(output_));
  const std::string precision = network_->precision();
  const std::string names = fmt::format("{}", fmt::join(given, "\n"));
  auto fingerprint =
      names.empty() ? model_fingerprint(*engine, "classifier", {file_, options.labels}, {settings, scores, precision})
                    : model_fingerprint(*engine, "classifier", {file_}, {settings, scores, precision, names});
  SCOTOMA_ASSIGN_OR_RETURN(fingerprint_, std::move(fingerprint));
  return {};
}

Result<std::unique_ptr<OpenvinoClassifier>> OpenvinoClassifier::load(const std::shared_ptr<Engine>& engine,
                                                                     const ClassifierOptions& options) {
  std::unique_ptr<OpenvinoClassifier> out(new OpenvinoClassifier);
  SCOTOMA_RETURN_IF_ERROR(out->open(engine, options));
  return out;
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
// Rows of the table of options: what answers the study.
#include "scotoma/study/option_field.h"

namespace scotoma {
namespace {

#define FIELD(path) SCOTOMA_FIELD(path)
#define CHOICE(path) SCOTOMA_CHOICE(path)

void add_preprocessing(std::vector<Option>& table, std::string_view name, OptionField width, OptionField height,
                       OptionField fit, OptionField resize_to, OptionField filter, OptionField mean, OptionField std,
                       OptionField channels, OptionField layout) {
  table.push_back({name, "width", "input width in pixels; 0: what the model says", width, 0, 8192});
  table.push_back({name, "height", "input height in pixels; 0: what the model says", height, 0, 8192});
  table.push_back({name, "fit", "how an image gets that size", fit, 0, 0, {"stretch", "crop"}});
  table.push_back({name, "resize_to",
                   "for crop: length of the shorter side before cutting; 0: the larger of width and height", resize_to,
                   0, 8192});
  table.push_back({name,
                   "filter",
                   "resize filter, as Pillow's of that name",
                   filter,
                   0,
                   0,
                   {"bilinear", "bicubic", "nearest", "lanczos", "box", "hamming"}});
  table.push_back({name, "mean", "subtracted from each channel, in units of 0..255", mean, -1e6, 1e6});
  table.push_back({name, "std", "each channel is then divided by it, in units of 0..255", std, 1e-6, 1e6});
  table.push_back({name, "channels", "order of the channels", channels, 0, 0, {"rgb", "bgr"}});
  table.push_back({name, "layout", "input layout; empty: detected from the shape", layout, 0, 0, {"", "nchw", "nhwc"}});
}

#define PREPROCESSING(table, name)                                                                                    \
  add_preprocessing(table, #name, FIELD(name.preprocessing.width), FIELD(name.preprocessing.height),                  \
                    CHOICE(name.preprocessing.fit), FIELD(name.preprocessing.resize_to),                              \
                    CHOICE(name.preprocessing.filter), FIELD(name.preprocessing.mean), FIELD(name.preprocessing.std), \
                    CHOICE(name.preprocessing.channels), CHOICE(name.preprocessing.layout))

/// Of any role that may be of the kind "python".
Option object_of(std::string_view table, OptionField target) {
  return {table, "object", "for python: what answers, as \"module:name\"", target, 0, 0, {}, true, {Backend::python}};
}

/// What is said of a model that is read from files, an object of Python's knows of itself.
void limit_to_files(std::vector<Option>& table) {
  for (Option& option : table) {
    if (!option.kinds.empty() || option.key == "kind") continue;
    if (option.table == "generator") option.kinds = {Backend::openvino, Backend::sdcpp};
    if (option.table == "classifier" || option.table == "captioner" || option.table == "embedder")
      option.kinds = {Backend::openvino};
  }
}

/// Cheaper images, by which phrases are chosen.
void add_draft_options(std::vector<Option>& t) {
  const auto add = [&](std::string_view key, std::string_view help, OptionField target, double least, double most) {
    t.push_back({"generator", key, help, target, least, most, {}, false, {Backend::openvino}});
  };
  add("draft_steps",
      "denoising steps of drafts: cheaper images, by which exploration chooses phrases; evidence has none; 0: as steps",
      FIELD(generator.draft_steps), 0, 1000);
  add("draft_size", "width and height of drafts in pixels; 0: as the other images", FIELD(generator.draft_size), 0,
      8192);
  add("draft_model", "folder of another model that generates drafts, such as an LCM, with the sampler that it names",
      FIELD(generator.draft_model), 0, 0);
  add("draft_guidance", "classifier-free guidance of drafts; 0: as guidance", FIELD(generator.draft_guidance), 0, 100);
}

void add_generator_and_classifier(std::vector<Option>& t) {
  t.push_back(
      {"generator", "kind", "what runs the model", CHOICE(generator.kind), 0, 0, {"openvino", "sdcpp", "python"}});
  t.push_back(object_of("generator", FIELD(generator.object)));
  t.push_back({"generator",
               "model",
               "folder of a Stable Diffusion, SDXL or LCM model, as OpenVINO IR",
               FIELD(generator.model),
               0,
               0,
               {},
               true,
               {Backend::openvino}});
  t.push_back({"generator", "steps", "denoising steps", FIELD(generator.steps), 1, 1000});
  t.push_back({"generator", "guidance",
               "classifier-free guidance; 1: none, and half the work. An LCM is told it, at no cost",
               FIELD(generator.guidance), 1, 100});
  t.push_back({"generator", "negative_prompt", "what should not be generated", FIELD(generator.negative_prompt)});
  t.push_back({"generator",
               "scheduler",
               "empty: what the folder says",
               CHOICE(generator.scheduler),
               0,
               0,
               words_of(SchedulerKind{}),
               false,
               {Backend::openvino}});
  t.push_back({"generator",
               "eta",
               "of ddim and tcd: how much of the noise is fresh at every step; 0: none",
               FIELD(generator.eta),
               0,
               1,
               {},
               false,
               {Backend::openvino}});
  t.push_back({"generator",
               "batch",
               "images generated at once by one thread",
               FIELD(generator.batch),
               1,
               256,
               {},
               false,
               {Backend::openvino}});
  t.push_back({"generator",
               "width",
               "width of the images in pixels, a multiple of the decoder's scale (8 for most); 0: what the folder says",
               FIELD(generator.width),
               0,
               8192,
               {},
               false,
               {Backend::openvino}});
  t.push_back({"generator",
               "height",
               "height of the images, likewise; 0: what the folder says",
               FIELD(generator.height),
               0,
               8192,
               {},
               false,
               {Backend::openvino}});
  t.push_back(
      {"generator",
       "threads",
       "threads that generate one batch; more are for large images, of which few batches fit into memory. Images "
       "have other bits than with 1, and the machine must have that many",
       FIELD(generator.threads),
       1,
       1024,
       {},
       false,
       {Backend::openvino}});
  t.push_back({"generator",
               "streams",
               "batches generated at once, at most; 0: as many as threads and memory allow; does not change any result",
               FIELD(generator.streams),
               0,
               1024,
               {},
               false,
               {Backend::openvino}});
  add_draft_options(t);
  add_sdcpp_options(t);
  t.push_back({"classifier", "kind", "what runs the model", CHOICE(classifier.kind), 0, 0, {"openvino", "python"}});
  t.push_back(object_of("classifier", FIELD(classifier.object)));
  t.push_back({"classifier",
               "model",
               "the model under test: .onnx, OpenVINO's .xml, .tflite, or the folder of a SavedModel",
               FIELD(classifier.model),
               0,
               0,
               {},
               true});
  t.push_back(
      {"classifier", "labels",
       "class names: a JSON list, text with one name a line, or \"imagenet-1k\"; empty: config.json beside the model",
       FIELD(classifier.labels)});
  PREPROCESSING(t, classifier);
  t.push_back({"classifier",
               "output",
               "what the model gives; empty: detected from its last layer and its values",
               CHOICE(classifier.output),
               0,
               0,
               {"", "logits", "probabilities"}});
  t.push_back({"classifier", "batch",
               "images classified at once; fewer cost as much, so no more than come of the generator at once",
               FIELD(classifier.batch), 1, 1024});
}

void add_describers(std::vector<Option>& t) {
  t.push_back({"captioner", "kind", "what runs the model", CHOICE(captioner.kind), 0, 0, {"openvino", "python"}});
  t.push_back(object_of("captioner", FIELD(captioner.object)));
  t.push_back({"captioner", "model",
               "folder with encoder and decoder, as optimum-intel's image-to-text export or python/export/captioner.py "
               "writes it, or a vision-language model as the image-text-to-text export does; needed where "
               "search.source is captions",
               FIELD(captioner.model)});
  t.push_back({"captioner", "prompt",
               "what a vision-language model is asked; empty: \"Describe this image in one short sentence.\"",
               FIELD(captioner.prompt)});
  t.push_back({"captioner", "template",
               "the text around the prompt, with {prompt} for it, such as \"USER: <image>\\n{prompt} ASSISTANT:\"; "
               "empty: as the folder's chat template says",
               FIELD(captioner.conversation)});
  t.push_back({"captioner", "max_tokens", "longest caption", FIELD(captioner.max_tokens), 1, 1024});
  t.push_back({"captioner", "beams", "beams of the search for a caption; 0: what the folder says, 1: greedy",
               FIELD(captioner.beams), 0, 64});
  t.push_back({"captioner", "batch", "images captioned at once; with beams, texts", FIELD(captioner.batch), 1, 256});
  t.push_back({"embedder", "kind", "what runs the model", CHOICE(embedder.kind), 0, 0, {"openvino", "python"}});
  t.push_back(object_of("embedder", FIELD(embedder.object)));
  t.push_back(
      {"embedder", "model",
       "folder with image_encoder.xml, text_encoder.xml and the tokenizer; needed where search.source is captions, "
       "and by a judge of that kind",
       FIELD(embedder.model)});
  t.push_back({"embedder", "batch", "images embedded at once", FIELD(embedder.batch), 1, 1024});
}

void add_judge(std::vector<Option>& t) {
  t.push_back({"judge",
               "kind",
               "who says whether the label is in the image",
               CHOICE(judge.kind),
               0,
               0,
               {"none", "classifier", "embedder", "python"}});
  t.push_back(object_of("judge", FIELD(judge.object)));
  t.push_back({"judge", "model", "for classifier: like classifier.model", FIELD(judge.model)});
  t.push_back({"judge", "labels", "for classifier: its class names", FIELD(judge.labels)});
  PREPROCESSING(t, judge);
  t.push_back({"judge",
               "output",
               "what the model gives; empty: detected from its last layer and its values",
               CHOICE(judge.output),
               0,
               0,
               {"", "logits", "probabilities"}});
  t.push_back(
      {"judge", "threshold", "an image is valid from this probability of the label on", FIELD(judge.threshold), 0, 1});
  t.push_back({"judge", "batch", "images judged at once; as the classifier's", FIELD(judge.batch), 1, 1024});
}

}  // namespace

void add_role_options(std::vector<Option>& table) {
  add_generator_and_classifier(table);
  add_describers(table);
  add_judge(table);
  limit_to_files(table);
}

#undef PREPROCESSING
#undef CHOICE
#undef FIELD

}  // namespace scotoma

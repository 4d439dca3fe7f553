// SPDX-License-Identifier: Apache-2.0
// scotoma init MODEL --labels NAMES: a study file to begin with.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scotoma/backend/files/class_names.h"
#include "scotoma/backend/files/model_folder.h"
#include "scotoma/backend/files/model_preprocessing.h"
#include "scotoma/backend/files/network_files.h"
#include "scotoma/backend/files/paths.h"
#include "scotoma/core/file.h"
#include "scotoma/study/imagenet_1k.h"
#include "scotoma/wording/text.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFirstLabels = 5;

struct InitArguments {
  fs::path model;
  fs::path labels;
  fs::path exported;
  fs::path to = "study.toml";
};

/// What the study can name, and what its author still has to.
struct Start {
  std::vector<std::string> classes;
  std::size_t labels = 0;  ///< of them, that stand in the study
  fs::path generator;
  fs::path captioner;
  fs::path embedder;
  std::vector<std::string> to_do;
};

/// A basic string of TOML.
std::string in_toml(std::string_view text) {
  std::string out = "\"";
  for (const char c : valid_utf8(text)) {
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// As the study in `folder` names it. Folders are followed to where they are, since ".." is resolved there; the file's
/// own name stays, which a link may have given it.
std::string seen_from(const fs::path& folder, const fs::path& path) {
  std::error_code error;
  const fs::path base = fs::weakly_canonical(fs::absolute(folder, error), error);
  const fs::path whole = fs::absolute(path, error).lexically_normal();
  const fs::path name = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  const fs::path above = whole.has_filename() ? whole.parent_path() : whole.parent_path().parent_path();
  const fs::path real = fs::weakly_canonical(above, error) / name;
  const fs::path relative = real.lexically_relative(base);
  return (relative.empty() ? real : relative).generic_string();
}

/// "tabby, tabby cat" -> "tabby", "hair_slide" -> "hair slide".
std::string word_for(const std::string& class_name) {
  std::string word = class_name.substr(0, class_name.find(','));
  std::replace(word.begin(), word.end(), '_', ' ');
  const std::size_t begin = word.find_first_not_of(" \t");
  return begin == std::string::npos ? class_name : word.substr(begin, word.find_last_not_of(" \t") - begin + 1);
}

/// Of the first classes that can be distinguished from all others; their number goes to `count`.
std::string label_tables(const std::vector<std::string>& classes, std::size_t& count) {
  std::string text;
  std::set<std::string> seen;
  for (const std::string& each : classes) {
    const std::string word = word_for(each);
    if (std::count(classes.begin(), classes.end(), each) > 1 || !seen.insert(word).second) continue;
    text += fmt::format("[[label]]\nname = {}\nclass = {}\n\n", in_toml(word), in_toml(each));
    if (seen.size() == kFirstLabels) break;
  }
  count = seen.size();
  return text;
}

/// Puts a folder into the role that its files speak for. Whether it can be used there is said now, not by the run.
void put(Start& start, const fs::path& folder, FolderOf kind) {
  fs::path& place = kind == FolderOf::generator   ? start.generator
                    : kind == FolderOf::captioner ? start.captioner
                                                  : start.embedder;
  const Result<void> usable = check_model_folder(folder, kind);
  if (!usable.ok()) {
    start.to_do.push_back(usable.error().message);
  } else if (place.empty()) {
    place = folder;
  } else {
    start.to_do.push_back(fmt::format("{} was taken, not {}", place.string(), folder.string()));
  }
}

/// Errors: bad_input where there is no such folder.
Result<void> look_for_models(Start& start, const fs::path& folder) {
  if (folder.empty()) return {};
  if (!is_folder(folder)) return bad_input(fmt::format("--export {}: no such folder", folder.string()));
  if (const auto kind = kind_of_folder(folder)) {  // the parts of a model look like models
    put(start, folder, *kind);
    return {};
  }
  std::set<fs::path> inside;
  std::error_code stop;
  for (fs::directory_iterator at(folder, stop), end; !stop && at != end; at.increment(stop)) inside.insert(at->path());
  for (const fs::path& each : inside) {
    if (const auto kind = kind_of_folder(each)) put(start, each, *kind);
  }
  return {};
}

/// The line of a model's folder; one that was not found is the author's to name.
std::string model_line(Start& start, const char* role, const fs::path& found, const fs::path& base, const char* usual) {
  if (!found.empty()) return fmt::format("model = {}\n", in_toml(seen_from(base, found)));
  start.to_do.push_back(fmt::format("[{}] model: name its folder", role));
  return fmt::format("model = \"{}\"  # to be filled in\n", usual);
}

/// A few to begin with, as an example of how the list's classes are named.
std::string labels_of_imagenet(std::size_t& count) {
  constexpr std::string_view kExample = "imagenet-1k/domestic cat";
  const auto labels = imagenet_labels(kExample);
  count = labels.ok() ? labels->size() : 0;
  return fmt::format("labels = {}  # all of a kind, or one: \"imagenet-1k/tabby\"; all 1,000: \"imagenet-1k\"\n\n",
                     in_toml(kExample));
}

/// Nothing where the model's folder says how an image becomes its input; else the usual values, to be replaced.
std::string preprocessing_text(Start& start, const fs::path& model) {
  Preprocessing unsaid;
  unsaid.of_folder = true;
  const auto of_folder = preprocessing_of(unsaid, model);
  if (of_folder.ok() && !of_folder->of_folder) {
    return "# How an image becomes its input: as the JSON files beside the model say. Keys like fit, mean and std "
           "replace "
           "that.\n\n";
  }
  if (!of_folder.ok()) start.to_do.push_back(of_folder.error().message);
  start.to_do.emplace_back("[classifier] fit, mean, std, channels: as in its training");
  return "# How an image becomes its input. These are ImageNet's usual values: replace them by those of its training.\n"
         "fit = \"crop\"  # shorter side to resize_to, then the centre is cut out; or \"stretch\"\nresize_to = 256\n"
         "filter = \"bilinear\"  # \"bilinear\", \"bicubic\", \"nearest\"\n"
         "mean = [123.675, 116.28, 103.53]  # subtracted from each channel, in units of 0..255 ...\n"
         "std = [58.395, 57.12, 57.375]  # ... which is then divided by this\nchannels = \"rgb\"  # or \"bgr\"\n\n";
}

std::string study_text(Start& start, const InitArguments& arguments) {
  const fs::path base = arguments.to.parent_path().empty() ? fs::path(".") : arguments.to.parent_path();
  const bool built_in = is_built_in(arguments.labels);
  const std::string tables = built_in ? labels_of_imagenet(start.labels) : label_tables(start.classes, start.labels);
  std::string text =
      "# A study for scotoma, made by scotoma init. Paths are relative to this file's folder. All keys: scotoma "
      "options\n";
  text += fmt::format("name = {}\nseed = 1  # decides every image\n\n", in_toml(arguments.model.stem().string()));
  text += fmt::format(
      "# What to look into: {} of the classifier's {} classes, to begin with. `name` is what prompts call it, `class` "
      "the\n# right answer. Further keys: synonyms = [\"kitten\"], hypernym, article.\n",
      start.labels, start.classes.size());
  text += tables;
  text += "[prompts]\nbase = [\"a photo of {a label}\", \"an image of {a label}\"]\n\n";
  text += fmt::format("[classifier]  # the model under test\nmodel = {}\nlabels = {}\n",
                      in_toml(seen_from(base, arguments.model)),
                      built_in ? in_toml(kImagenet1k) : in_toml(seen_from(base, arguments.labels)));
  text += preprocessing_text(start, arguments.model);
  text += "[generator]  # a folder of Stable Diffusion, SDXL or LCM, exported with optimum-intel\n" +
          model_line(start, "generator", start.generator, base, "models/stable-diffusion") +
          "steps = 20\nguidance = 7.5\n\n";
  text +=
      "[captioner]  # an encoder-decoder (image-to-text) or a vision-language model (image-text-to-text), exported "
      "likewise\n" +
      model_line(start, "captioner", start.captioner, base, "models/captioner") + "\n";
  text += "[embedder]  # CLIP as two towers in one folder\n" +
          model_line(start, "embedder", start.embedder, base, "models/clip") + "\n";
  text +=
      "[judge]  # is the label really in the image?\n"
      "kind = \"embedder\"  # zero-shot; or \"classifier\" with model and labels of its own; or \"none\"\n\n"
      "[budget]\nimages = 2000  # of the whole study, at most\n";
  return text;
}

Result<void> init(InitArguments arguments) {
  arguments.model = without_slash(arguments.model);
  SCOTOMA_RETURN_IF_ERROR(check_new(arguments.to));
  const bool saved_model = network_format(arguments.model) == NetworkFormat::saved_model;
  if (is_folder(arguments.model) && !saved_model) {
    const std::string advice = advice_on_folder(arguments.model);
    return bad_input(fmt::format("{}: is a folder; {}", arguments.model.string(),
                                 advice.empty() ? "give the classifier's file (.onnx, .xml or .tflite)" : advice));
  }
  if (!is_file(arguments.model) && !saved_model) return bad_input(arguments.model.string() + ": not there");
  Start start;
  SCOTOMA_ASSIGN_OR_RETURN(start.classes, read_class_names(arguments.labels));
  SCOTOMA_RETURN_IF_ERROR(look_for_models(start, arguments.exported));
  const std::string text = study_text(start, arguments);
  if (start.labels == 0)
    return bad_input(fmt::format("{}: every class name stands twice; rename them", arguments.labels.string()));
  SCOTOMA_RETURN_IF_ERROR(write_new(arguments.to, text));
  const std::string study = quote_for_shell(arguments.to.string());
  say("{}: written. Still to do there:\n", arguments.to.string());
  say("  - the labels: {} of {} classes stand there, to begin with\n", start.labels, start.classes.size());
  for (const std::string& each : start.to_do) say("  - {}\n", each);
  say("Then:\n  scotoma doctor {}  # does every model load and make sense?\n  scotoma find {}\n", study, study);
  return {};
}

}  // namespace

void add_init(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<InitArguments>();
  auto* verb = app.add_subcommand("init", "write a study file for a classifier of your own");
  verb->add_option("MODEL", arguments->model, "the classifier: .onnx, .xml, .tflite, or the folder of a SavedModel")
      ->required();
  verb->add_option("--labels", arguments->labels, "its class names: text, JSON, or imagenet-1k (docs/study.md)")
      ->type_name("FILE")
      ->required();
  verb->add_option("--export", arguments->exported,
                   "a folder of exported models: generator, captioner and embedder are recognised by their files")
      ->type_name("FOLDER");
  verb->add_option("--to", arguments->to, "the study file; nothing is overwritten")
      ->type_name("FILE")
      ->capture_default_str();
  verb->callback([&run, arguments] { run = [arguments] { return init(*arguments); }; });
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
// scotoma-study(5): the table of options, and the keys that are read apart from it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <variant>

#include "man.h"
#include "scotoma/study/options.h"
#include "scotoma/wording/roff.h"
#include "scotoma/wording/words.h"

namespace scotoma {
namespace {

constexpr double kNoLimit = 1e8;  ///< beyond it a limit is only there so that the arithmetic stays whole

struct ApartKey {
  std::string_view key;
  std::string_view help;
};

/// Keys that options() does not have; a test compares them with what a study file may hold.
constexpr std::array kApart = {
    ApartKey{"labels", "What to look into, as a list of texts. Each is also the name of the classifier's class."},
    ApartKey{"label.name", "In a table [[label]], where more is to be said: what prompts call it."},
    ApartKey{"label.class", "The class that is the right answer. Default: the name."},
    ApartKey{"label.hypernym", "For {hypernym} in prompts."},
    ApartKey{"label.synonyms", "Further words for it in captions: they explain nothing."},
    ApartKey{"label.article", "For {a label}: a, an, the, or empty for none. Default: by its sound."},
    ApartKey{"attributes.name", "In a table [[attributes]], a list of your own phrases: what the list is called."},
    ApartKey{"attributes.phrases", "The phrases: texts, or tables with `text` and a `position` of their own."},
    ApartKey{"attributes.position", "Where they stand in a prompt: `after` the label (the default) or `before` it."},
    ApartKey{"attributes.combinable", "Whether they are joined with phrases of other lists. Default: true."},
    ApartKey{
        "judge.ensemble",
        "Tables [[judge.ensemble]]: further networks that judge together with [judge], by the mean of their "
        "probabilities. Each needs a model and labels of its own; what else it does not say is taken from [judge]."},
};

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::string kind_of(const OptionField& field) {
  return std::visit(
      Overloaded{[](Field<bool>) { return "true or false"; }, [](Field<int>) { return "a whole number"; },
                 [](Field<double>) { return "a number"; }, [](Field<std::uint64_t>) { return "a whole number"; },
                 [](Field<std::string>) { return "a text"; }, [](const ChoiceField&) { return "a text"; },
                 [](Field<std::filesystem::path>) { return "a path"; },
                 [](Field<std::vector<std::string>>) { return "a list of texts"; },
                 [](Field<std::vector<double>>) { return "a list of numbers"; }},
      field);
}

/// "Whole number, at least 1." What may stand there, and what stands there unless said otherwise.
std::string kind_text(const Option& option, const Study& defaults) {
  std::string text = capitalised(kind_of(option.target));
  if (!option.choices.empty()) {
    std::vector<std::string> names;
    for (const auto& choice : option.choices) names.push_back(fmt::format("\"{}\"", choice));
    text += fmt::format(": one of {}", fmt::join(names, ", "));
  } else if (option.low > -kNoLimit && option.high < kNoLimit && option.low < option.high) {
    text += fmt::format(" from {:g} to {:g}", option.low, option.high);
  } else if (option.low > -kNoLimit && option.low < option.high) {
    text += fmt::format(", at least {:g}", option.low);
  }
  if (option.required) return text + ". Must be given.";
  return fmt::format("{}. Default: {}.", text, value_text(option, defaults));
}

void add_option_tables(ManPage& page) {
  const Study defaults;
  const std::string_view* table = nullptr;
  for (const Option& option : options()) {
    if (table == nullptr || *table != option.table)
      page.subsection(option.table.empty() ? "At the top" : fmt::format("[{}]", option.table));
    table = &option.table;
    const std::string key = fmt::format("{}{}{}", option.table, option.table.empty() ? "" : ".", option.key);
    page.item(roff_bold(key),
              fmt::format("{}. {}", capitalised(std::string(option.help)), kind_text(option, defaults)));
  }
}

}  // namespace

std::string study_page(std::string_view source) {
  ManPage page("scotoma-study", 5, source);
  page.section("NAME");
  page.paragraph("scotoma-study - the study file of scotoma, study.toml");
  page.section("SYNOPSIS");
  page.paragraph("A file in TOML, usually called study.toml.");
  page.section("DESCRIPTION");
  page.paragraph(
      "A study names the labels to look into, the models by role, and, where the defaults do not do, prompts, budget, "
      "evidence and search. Paths are relative to its folder. `scotoma init` writes one to begin with; `scotoma "
      "doctor` tries it.");
  page.paragraph(
      "An unknown key, a value of the wrong type or out of range, and a missing file are errors that name file, line, "
      "key and the nearest valid key.");
  page.section("EXAMPLE");
  page.example(R"(labels = ["cat", "dog"]

[classifier]
model = "classifier.onnx"
labels = "class_names.txt"

[generator]
model = "models/stable-diffusion"

[captioner]
model = "models/captioner"

[embedder]
model = "models/clip"

[judge]
kind = "embedder"

[budget]
images = 2000
)");
  page.section("LABELS, PHRASES AND JUDGES");
  for (const ApartKey& each : kApart) page.item(roff_bold(each.key), each.help);
  page.section("OPTIONS");
  add_option_tables(page);
  page.section("FILES");
  page.item(roff_italic("study.out/study.json"), "The study as it was run, beside its results.");
  page.section("SEE ALSO");
  page.marked_paragraph(fmt::format("{}(1), {}(1), {}(1), {}(1)", roff_bold("scotoma"), roff_bold("scotoma-init"),
                                    roff_bold("scotoma-doctor"), roff_bold("scotoma-find")));
  return page.text();
}

}  // namespace scotoma

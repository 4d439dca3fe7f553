// SPDX-License-Identifier: Apache-2.0
// scotoma man [PAGE]: the manual, made of the options as the parser has them.
#include "man.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <system_error>

#include "exit_codes.h"
#include "scotoma/core/file.h"
#include "scotoma/study/keys.h"
#include "scotoma/wording/roff.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

constexpr const char* kSource = "Scotoma " SCOTOMA_VERSION;
constexpr std::string_view kStudyPage = "study";

struct ManArguments {
  std::string page;  ///< a verb or "study"; empty: of the program
  std::filesystem::path to;
};

/// What a person types for an option's value: FOLDER, INT. Empty for a flag.
std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return {};
  if (!option.get_option_text().empty()) return option.get_option_text();
  const std::string type = option.get_type_name();
  return type.substr(0, type.find_first_of(":{["));
}

/// "PHRASE..." of a positional that may be given again, "--label LABEL" of an option: for the synopsis.
std::string usage(const CLI::Option& option) {
  const std::string again = option.get_expected_max() > 1 ? "..." : "";
  std::string marked = roff_italic(option.get_name(true)) + again;
  if (!option.get_positional()) {
    marked = fmt::format("{} {}", roff_bold("--" + option.get_lnames().front()), roff_italic(value_name(option)));
  }
  return option.get_required() ? marked : fmt::format("[{}]", marked);
}

void add_synopsis(ManPage& page, const CLI::App& verb) {
  page.section("SYNOPSIS");
  std::string marked = roff_bold("scotoma " + verb.get_name());
  for (const bool positional : {true, false}) {
    for (const CLI::Option* option : verb.get_options()) {
      if (option->get_positional() == positional && (positional || option->get_required()))
        marked += " " + usage(*option);
    }
  }
  page.marked_paragraph(fmt::format("{} [{}]...", marked, roff_italic("OPTION")));
}

/// "-q, --quiet", "--out FOLDER", "STUDY".
std::string option_title(const CLI::Option& option) {
  if (option.get_positional()) return roff_italic(option.get_name(true));
  std::string marked;
  const auto add = [&](const std::string& name) { marked += (marked.empty() ? "" : ", ") + roff_bold(name); };
  for (const std::string& name : option.get_snames()) add("-" + name);
  for (const std::string& name : option.get_lnames()) add("--" + name);
  const std::string value = value_name(option);
  return value.empty() ? marked : fmt::format("{} {}", marked, roff_italic(value));
}

/// What the parser checks of the value: "From 1 to 1024.", "One of bash, fish, zsh."
std::string limits(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (const std::size_t list = type.find('{'); list != std::string::npos) {
    std::string choices = type.substr(list + 1, type.find('}', list) - list - 1);
    for (std::size_t at = 0; (at = choices.find(',', at)) != std::string::npos; at += 2) choices.replace(at, 1, ", ");
    return fmt::format(" One of {}.", choices);
  }
  const std::size_t low = type.find(" in [");
  const std::size_t high = type.find(" - ", low);
  if (low == std::string::npos || high == std::string::npos) return {};
  return fmt::format(" From {} to {}.", type.substr(low + 5, high - low - 5),
                     type.substr(high + 3, type.find(']') - high - 3));
}

std::string option_text(const CLI::Option& option) {
  std::string text = capitalised(option.get_description());
  if (!text.ends_with('.')) text += '.';
  text += limits(option);
  if (!option.get_default_str().empty()) text += fmt::format(" Default: {}.", option.get_default_str());
  if (option.get_required() && !option.get_positional()) text += " Must be given.";
  std::set<std::string> others;  // the parser's order is that of addresses
  for (const CLI::Option* other : option.get_excludes()) others.insert(other->get_name());
  if (!others.empty()) text += fmt::format(" Not together with {}.", fmt::join(others, ", "));
  return text;
}

void add_option_list(ManPage& page, const CLI::App& app) {
  page.section("OPTIONS");
  for (const bool positional : {true, false}) {
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_positional() == positional) page.item(option_title(*option), option_text(*option));
    }
  }
}

void add_exit_status(ManPage& page, std::string_view verb) {
  page.section("EXIT STATUS");
  for (const ExitCode& each : exit_codes(verb))
    page.item(roff_bold(std::to_string(each.code)), capitalised(std::string(each.meaning)) + ".");
}

/// What a verb with these arguments reads or writes; no section where that is nothing.
void add_files(ManPage& page, const CLI::App& app, bool all) {
  const auto has = [&](const char* name) { return all || app.get_option_no_throw(name) != nullptr; };
  if (!has("STUDY") && !has("--out")) return;
  page.section("FILES");
  if (has("STUDY")) page.item(roff_italic("study.toml"), "The study file. See `scotoma-study`(5).");
  if (!has("--out")) return;
  const std::string out = all || has("STUDY") ? "study.out/" : "scotoma-demo/";
  for (const auto& [name, what] : {
           std::pair("report.html", "The findings for people: one file that needs no network."),
           std::pair("bugs.json", "The same for programs."),
           std::pair("study.json", "The study as it was run, so that this folder alone is enough to read the results."),
           std::pair("transfer.json", "After `scotoma transfer` only: the bugs on other classifiers."),
           std::pair("run.json", "What the last run cost: times, images a second, memory."),
           std::pair("cache.sqlite",
                     "With the folder images: every answer of every model. With --cache they stand there instead."),
       })
    page.item(roff_italic(out + name), what);
}

void add_see_also(ManPage& page, const std::vector<std::string>& others) {
  page.section("SEE ALSO");
  std::string marked;
  for (const std::string& name : others)
    marked += fmt::format("{}{}({})", marked.empty() ? "" : ", ", roff_bold(name), name == "scotoma-study" ? 5 : 1);
  page.marked_paragraph(marked);
}

std::string verb_page(const CLI::App& verb) {
  const std::string name = "scotoma-" + verb.get_name();
  ManPage page(name, 1, kSource);
  page.section("NAME");
  page.marked_paragraph(fmt::format("{} \\- {}", roff(name), roff(verb.get_description())));
  add_synopsis(page, verb);
  page.section("DESCRIPTION");
  page.paragraph(capitalised(verb.get_description()) + ".");
  std::string more = verb.get_footer();
  for (const std::string_view told_below : {exit_codes_line(""), exit_codes_line(verb.get_name())}) {
    if (const std::size_t at = more.find(told_below); at != std::string::npos) more.erase(at, told_below.size());
  }
  if (!more.empty()) page.paragraph(more);
  add_option_list(page, verb);
  add_exit_status(page, verb.get_name());
  add_files(page, verb, false);
  add_see_also(page, {"scotoma", "scotoma-study"});
  return page.text();
}

void add_environment(ManPage& page) {
  page.section("ENVIRONMENT");
  page.item(roff_bold("SCOTOMA_ENGINE_CACHE"),
            "The folder of compiled models, in place of $XDG_CACHE_HOME/scotoma/engine; empty: none are kept. No "
            "result changes.");
  page.item(roff_bold("SCOTOMA_HOME"), "The folder that holds examples/ and world/, for `scotoma demo`.");
  page.item(roff_bold("SCOTOMA_TOKENIZERS"), "The library openvino_tokenizers, where it is not the one built with.");
  page.item(roff_bold("NO_COLOR"), "Set to anything: no colours on the terminal.");
}

std::string program_page(const CLI::App& app) {
  ManPage page("scotoma", 1, kSource);
  page.section("NAME");
  page.paragraph("scotoma - find the blind spots of image classifiers");
  page.section("SYNOPSIS");
  page.marked_paragraph(
      fmt::format("{} {} [{}]...", roff_bold("scotoma"), roff_italic("VERB"), roff_italic("ARGUMENT")));
  page.section("DESCRIPTION");
  page.paragraph(app.get_description());
  page.section("VERBS");
  for (const CLI::App* verb : shown_verbs(app))
    page.item(roff_bold("scotoma-" + verb->get_name()) + "(1)", capitalised(verb->get_description()) + ".");
  add_option_list(page, app);
  add_exit_status(page, "");
  add_environment(page);
  add_files(page, app, true);
  std::vector<std::string> others = {"scotoma-study"};
  for (const CLI::App* verb : shown_verbs(app)) others.push_back("scotoma-" + verb->get_name());
  add_see_also(page, others);
  return page.text();
}

/// Errors: bad_input where there is no such page, naming the nearest.
Result<std::string> page_of(const CLI::App& app, const std::string& name) {
  if (name.empty()) return program_page(app);
  if (name == kStudyPage) return study_page(kSource);
  std::set<std::string> known = {std::string(kStudyPage)};
  for (const CLI::App* verb : shown_verbs(app)) {
    if (verb->get_name() == name) return verb_page(*verb);
    known.insert(verb->get_name());
  }
  return bad_input(
      fmt::format("no page '{}'; did you mean '{}'? A page is a verb, or study", name, nearest(name, known)));
}

/// All pages, where man(1) looks for them below a folder of its MANPATH. Errors: failed where one cannot be written.
Result<void> write_pages(const CLI::App& app, const std::filesystem::path& folder) {
  std::error_code problem;
  for (const char* section : {"man1", "man5"}) {
    std::filesystem::create_directories(folder / section, problem);
    if (problem) return failed(fmt::format("{}: cannot be made ({})", (folder / section).string(), problem.message()));
  }
  SCOTOMA_RETURN_IF_ERROR(write_whole(folder / "man1" / "scotoma.1", program_page(app)));
  SCOTOMA_RETURN_IF_ERROR(write_whole(folder / "man5" / "scotoma-study.5", study_page(kSource)));
  for (const CLI::App* verb : shown_verbs(app)) {
    const auto file = folder / "man1" / fmt::format("scotoma-{}.1", verb->get_name());
    SCOTOMA_RETURN_IF_ERROR(write_whole(file, verb_page(*verb)));
  }
  return {};
}

Result<void> man(const CLI::App& app, const ManArguments& arguments) {
  if (!arguments.to.empty()) return write_pages(app, arguments.to);
  SCOTOMA_ASSIGN_OR_RETURN(const std::string page, page_of(app, arguments.page));
  say_lines(page);
  return {};
}

}  // namespace

void add_man(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<ManArguments>();
  auto* verb = app.add_subcommand("man", "print a manual page, or write all of them");
  auto* page =
      verb->add_option("PAGE", arguments->page, "a verb, or study for the keys of a study file; default: scotoma");
  verb->add_option("--to", arguments->to, "write every page into this folder, below man1/ and man5/")
      ->type_name("FOLDER")
      ->excludes(page);
  verb->footer(
      "Pages are in roff: `scotoma man find | man -l -` shows one. Installed, they are there as `man scotoma`.");
  verb->callback([&run, &app, arguments] { run = [&app, arguments] { return man(app, *arguments); }; });
}

}  // namespace scotoma

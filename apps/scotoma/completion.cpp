// SPDX-License-Identifier: Apache-2.0
// scotoma completion SHELL: what a shell needs to complete verbs and options.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

/// "--out", "-q": each name of each option.
std::vector<std::string> option_names(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : shown_verbs(app)) names.push_back(verb->get_name());
  return fmt::to_string(fmt::join(names, " "));
}

/// Behind an option's sign its options, else the verbs first and files later.
std::string for_bash(const CLI::App& app) {
  std::string text =
      "# scotoma completion bash: put into ~/.bashrc: source <(scotoma completion bash)\n_scotoma() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]}\n  COMPREPLY=()\n"
      "  if ((COMP_CWORD == 1)); then\n";
  text += fmt::format("    COMPREPLY=($(compgen -W '{} {}' -- \"$word\"))\n    return\n  fi\n", verb_names(app),
                      fmt::join(option_names(app), " "));
  text += "  [[ $word == -* ]] || return\n  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* verb : shown_verbs(app)) {
    text += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n", verb->get_name(),
                        fmt::join(option_names(*verb), " "));
  }
  return text + "  esac\n}\ncomplete -o default -F _scotoma scotoma\n";
}

std::string for_zsh(const CLI::App& app) {
  std::string text =
      "#compdef scotoma\n# scotoma completion zsh: a file _scotoma in a folder of $fpath\nif ((CURRENT == 2)); then\n";
  text += fmt::format(
      "  compadd -- {} {}\n  return\nfi\nif [[ $PREFIX != -* ]]; then\n  _files\n  return\nfi\ncase "
      "$words[2] in\n",
      verb_names(app), fmt::join(option_names(app), " "));
  for (const CLI::App* verb : shown_verbs(app))
    text += fmt::format("  {}) compadd -- {} ;;\n", verb->get_name(), fmt::join(option_names(*verb), " "));
  return text + "esac\n";
}

/// In single quotes.
std::string for_fish_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += (c == '\'' || c == '\\' ? "\\" : "") + std::string(1, c == '\n' ? ' ' : c);
  return out + "'";
}

std::string for_fish(const CLI::App& app) {
  std::string text = "# scotoma completion fish: ~/.config/fish/completions/scotoma.fish\n";
  for (const CLI::App* verb : shown_verbs(app)) {
    text += fmt::format("complete -c scotoma -f -n __fish_use_subcommand -a {} -d {}\n", verb->get_name(),
                        for_fish_text(verb->get_description()));
    for (const CLI::Option* option : verb->get_options()) {
      std::string names;
      for (const std::string& name : option->get_lnames()) names += " -l " + name;
      for (const std::string& name : option->get_snames()) names += " -s " + name;
      if (names.empty()) continue;
      text +=
          fmt::format("complete -c scotoma -n '__fish_seen_subcommand_from {}'{}{} -d {}\n", verb->get_name(), names,
                      option->get_items_expected_max() > 0 ? " -r" : "", for_fish_text(option->get_description()));
    }
  }
  return text;
}

}  // namespace

std::vector<const CLI::App*> shown_verbs(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
}

void add_completion(CLI::App& app, Run& run) {
  auto shell = std::make_shared<std::string>();
  auto* verb = app.add_subcommand("completion", "print what a shell needs to complete verbs and options");
  verb->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember(std::set<std::string>{"bash", "zsh", "fish"}));
  verb->callback([&run, &app, shell] {
    run = [&app, shell] {
      say_lines(*shell == "bash" ? for_bash(app) : *shell == "zsh" ? for_zsh(app) : for_fish(app));
      return Result<void>();
    };
  });
}

}  // namespace scotoma

// SPDX-License-Identifier: Apache-2.0
// scotoma doctor STUDY: does every model load, does one batch get through each, and how long will a run take?
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "exit_codes.h"
#include "scotoma/session/examination.h"
#include "scotoma/session/session.h"
#include "scotoma/wording/words.h"
#include "terminal.h"
#include "verbs.h"

namespace scotoma {
namespace {

/// Prints what is found, part by part, and remembers what the exit code depends on.
class Doctor {
 public:
  void report(const char* part, const Result<Health>& found) {
    const Paint paint(stdout);
    const bool sure = found.ok() && found->doubt.empty();
    const Painted state = sure ? paint.green("ok   ") : found.ok() ? paint.yellow("doubt") : paint.red("wrong");
    say("  {} {:<11} {}\n", state, part, found.ok() ? found->works : found.error().message);
    if (found.ok() && !sure) say("                    {}\n", paint.yellow(found->doubt));
    if (found.ok()) {
      for (const std::string& line : found->shown) say("                    {}\n", line);
      notes_ += static_cast<int>(found->notes.size());
      for (const std::string& note : found->notes) say("                    {}\n", paint.dim(note));
    }
    static_cast<void>(std::fflush(stdout));  // the next model may take its time
    std::string& parts = found.ok() ? doubtful_ : unwell_;
    if (!sure) parts += (parts.empty() ? "" : ", ") + std::string(part);
  }

  /// Errors: bad_input naming the parts that are not well; else failed naming those whose answers are doubtful.
  Result<void> end(const std::string& file) const {
    if (!unwell_.empty()) return bad_input(fmt::format("{}: wrong: {}", file, unwell_));
    if (doubtful_.empty()) {
      say("all checks passed{}\n", notes_ == 0 ? "" : ", with " + counted(notes_, "note"));
      return {};
    }
    return failed(
        fmt::format("{}: suspicious: {}; a study would run, but its findings would mean little", file, doubtful_));
  }

 private:
  int notes_ = 0;
  std::string unwell_;
  std::string doubtful_;
};

struct DoctorArguments : StudyArguments {
  std::vector<std::filesystem::path> images;
};

Result<void> run_doctor(const DoctorArguments& arguments) {
  StudyPlaces places = arguments;
  std::error_code ignored;
  places.remembers = std::filesystem::is_directory(cache_folder(places), ignored);  // made by a run, not by this
  SCOTOMA_ASSIGN_OR_RETURN(const Study study, open_study(places));
  for (const std::string& note : study.notes) tell_note(note);
  say("{}: {} labels\n", study.name, study.labels.size());
  SteadyClock clock;
  Doctor doctor;
  SCOTOMA_RETURN_IF_ERROR(
      Examination(study, clock, arguments.images).run([&](const char* part, const Result<Health>& found) {
        doctor.report(part, found);
      }));
  return doctor.end(study.file.filename().string());
}

}  // namespace

void add_doctor(CLI::App& app, Run& run) {
  auto arguments = std::make_shared<DoctorArguments>();
  auto* verb = app.add_subcommand(
      "doctor", "load every model, run one batch through each, say what is wrong and how long a run will take");
  add_study(*verb, *arguments);
  verb->add_option(
          "--image", arguments->images,
          "show the classifier this PNG or JPEG file, or those of a folder, and print its five best classes; may "
          "be given several times")
      ->type_name("PATH");
  verb->footer(
      "Keeps compiled models in $XDG_CACHE_HOME/scotoma (~/.cache/scotoma), and notes which model files could be "
      "loaded, there or where the results of the study are. " +
      exit_codes_line("doctor"));
  verb->callback([&run, arguments] { run = [arguments] { return run_doctor(*arguments); }; });
}

}  // namespace scotoma

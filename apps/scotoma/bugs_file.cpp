#include "bugs_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "scotoma/core/file.h"
#include "scotoma/record/bugs_json.h"
#include "scotoma/record/bugs_upgrade.h"
#include "scotoma/report/publish.h"
#include "scotoma/study/read.h"
#include "scotoma/wording/settings.h"
#include "scotoma/wording/text.h"
#include "scotoma/wording/words.h"
#include "session.h"
#include "terminal.h"

namespace scotoma {
namespace {

using Json = nlohmann::ordered_json;

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

bool is_rate(const Json& value) {
  for (const char* key : {"failures", "valid"}) {
    const Json* number = member(value, key);
    if (number == nullptr || !number->is_number_integer()) return false;
  }
  const auto holds_number = [&](const char* key) {
    const Json* number = member(value, key);
    return number != nullptr && number->is_number();
  };
  return value["valid"] == 0 || (holds_number("rate") && holds_number("low") && holds_number("high"));
}

bool is_reviewed(const Json& value) {
  const auto holds_number = [&](const char* key) {
    const Json* number = member(value, key);
    return number != nullptr && number->is_number();
  };
  return value.is_object() && holds_number("reviewed") && holds_number("disagreed") && holds_number("rate") &&
         holds_number("low") && holds_number("high");
}

bool is_list_of_texts(const Json* value) {
  return value != nullptr && value->is_array() &&
         std::all_of(value->begin(), value->end(), [](const Json& item) { return item.is_string(); });
}

bool is_text(const Json* value) { return value != nullptr && value->is_string(); }

bool has_examples(const Json& object) {
  const Json* examples = member(object, "examples");
  return examples != nullptr && examples->is_object() && is_list_of_texts(member(*examples, "failing")) &&
         is_list_of_texts(member(*examples, "passing"));
}

/// The first key of a bug that is missing or of another type than docs/bugs.schema.json says; empty: all are well.
std::string flaw(const Json& bug) {
  if (!bug.is_object()) return "bugs";
  for (const char* key : {"id", "status", "label", "phrase", "direction", "predicted", "sentence", "prompt"}) {
    if (!is_text(member(bug, key))) return key;
  }
  for (const char* key : {"null_rate", "log_e_value"}) {
    const Json* value = member(bug, key);
    if (value == nullptr || !value->is_number()) return key;
  }
  for (const char* key : {"base", "explored", "confirm", "audit", "audit_base"}) {
    const Json* value = member(bug, key);
    const bool may_be_null = std::string_view(key).starts_with("audit");
    if (value == nullptr || !(value->is_object() ? is_rate(*value) : may_be_null && value->is_null())) return key;
  }
  if (const Json* reviewed = member(bug, "reviewed"); reviewed != nullptr && !is_reviewed(*reviewed)) return "reviewed";
  return has_examples(bug) ? "" : "examples";
}

/// The same of a cause, and below of a systematic failure.
std::string flaw_of_cause(const Json& cause) {
  if (!cause.is_object()) return "causes";
  for (const char* key : {"id", "phrase", "predicted", "sentence"}) {
    if (!is_text(member(cause, key))) return key;
  }
  for (const char* key : {"labels", "bugs", "reaches"}) {
    if (!is_list_of_texts(member(cause, key))) return key;
  }
  return {};
}

std::string flaw_of_systematic(const Json& failure) {
  if (!failure.is_object()) return "systematic_failures";
  for (const char* key : {"id", "label", "class", "predicted", "sentence"}) {
    if (!is_text(member(failure, key))) return key;
  }
  for (const char* key : {"prompts", "exceptions"}) {
    if (!is_list_of_texts(member(failure, key))) return key;
  }
  const Json* base = member(failure, "base");
  if (base == nullptr || !base->is_object() || !is_rate(*base)) return "base";
  return has_examples(failure) ? "" : "examples";
}

/// The first flaw of a list's items, or the list itself.
template <class Flaw>
std::string flaw_in(const Json& json, const char* list, const Flaw& flaw_of_one) {
  const Json* items = member(json, list);
  if (items == nullptr || !items->is_array()) return list;
  for (const Json& item : *items) {
    if (std::string wrong = flaw_of_one(item); !wrong.empty()) return wrong;
  }
  return {};
}

/// The same of the whole file, which is brought to this program's version.
std::string flaw_of_file(Json& json) {
  if (!is_text(member(json, "study"))) return "study";
  if (std::string wrong = flaw_in(json, "bugs", flaw); !wrong.empty()) return wrong;
  if (std::string wrong = upgrade_bugs_json(json); !wrong.empty()) return wrong;
  const std::string wrong = flaw_in(json, "causes", flaw_of_cause);
  return wrong.empty() ? flaw_in(json, "systematic_failures", flaw_of_systematic) : wrong;
}

/// A discarded value where it is not JSON.
Json parsed(const std::string& text) { return Json::parse(text, nullptr, /*allow_exceptions=*/false); }

/// The name of the study whose results these are, where it is another than this one's.
std::string other_owner(const Json& json, const Study& study) {
  const Json* name = json.is_object() ? member(json, "study") : nullptr;
  if (name == nullptr || !name->is_string() || *name == valid_utf8(study.name)) return {};
  return fmt::format("'{}'", name->get<std::string>());
}

void note_changed_settings(const Json& json, const Study& study) {
  const Json* settings = member(json, "settings");
  const Json* seed = member(json, "seed");
  if (settings != nullptr && *settings == settings_json(study) && seed != nullptr && *seed == study.seed) return;
  tell(stderr, "note: {} has been changed since these results were written; `scotoma find` renews them\n",
       study.file.filename().string());
}

}  // namespace

Result<nlohmann::ordered_json> read_bugs(const StudyArguments& arguments) {
  SCOTOMA_ASSIGN_OR_RETURN(const Study study, read_study(arguments.study));
  const auto path = out_folder(arguments) / "bugs.json";
  if (std::error_code ignored; !std::filesystem::exists(path, ignored)) {
    return bad_input(fmt::format("{}: not there; run `scotoma find {}` first, or say with --out where its results are",
                                 path.string(), arguments.study.string()));
  }
  SCOTOMA_ASSIGN_OR_RETURN(const std::string text, read_plain_file(path));
  Json json = parsed(text);
  const Json* version = json.is_object() ? member(json, "schema_version") : nullptr;
  if (version == nullptr || !version->is_number_integer()) {
    return bad_input(fmt::format("{}: not a bugs.json of Scotoma; run `scotoma find {}` again", path.string(),
                                 arguments.study.string()));
  }
  if (*version > kBugsSchemaVersion) {
    return bad_input(fmt::format("{}: written by a newer Scotoma; update this one, or run `scotoma find {}` again",
                                 path.string(), arguments.study.string()));
  }
  if (const std::string wrong = flaw_of_file(json); !wrong.empty()) {
    return bad_input(fmt::format("{}: damaged ('{}' is missing, or not what it should be); run `scotoma find {}` again",
                                 path.string(), wrong, arguments.study.string()));
  }
  if (const std::string owner = other_owner(json, study); !owner.empty()) {
    return bad_input(fmt::format("{}: of the study {}, not of '{}'; say with --out where the results of {} are",
                                 path.string(), owner, study.name, arguments.study.string()));
  }
  if (!written_together(out_folder(arguments), text)) {
    return bad_input(fmt::format(
        "{}: not written together with the report.html beside it (a run was stopped there, or one of them was "
        "replaced); `scotoma report {}` writes both anew",
        path.string(), arguments.study.string()));
  }
  note_changed_settings(json, study);
  return json;
}

Result<FolderLock> claim_folder(const StudyArguments& arguments, const Study& study, const char* verb) {
  const std::filesystem::path folder = out_folder(arguments);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || ::access(folder.c_str(), W_OK) != 0) {
    return bad_input(fmt::format("{}: cannot be written ({}); choose another folder with --out", folder.string(),
                                 error ? error.message() : std::strerror(errno)));
  }
  SCOTOMA_ASSIGN_OR_RETURN(FolderLock lock, lock_folder(folder, arguments, verb));
  const auto path = folder / "bugs.json";
  const auto there = read_plain_file(path);
  if (!there.ok() && there.error().code == Code::failed) return there.error();
  const std::string owner = there.ok() ? other_owner(parsed(*there), study) : "";
  if (!owner.empty()) {
    return bad_input(
        fmt::format("{}: of the study {}, and would be overwritten by that of '{}'; choose another folder "
                    "with --out (to share answers, give both studies the same --cache), or delete it",
                    path.string(), owner, study.name));
  }
  remove_abandoned(folder);
  return lock;
}

std::string reviewed_failures(const nlohmann::ordered_json& bug) {
  const Json* reviewed = member(bug, "reviewed");
  if (reviewed == nullptr || !reviewed->is_object()) return {};
  const ReviewedRate rate{reviewed->value("reviewed", 0), reviewed->value("disagreed", 0), reviewed->value("rate", 0.0),
                          reviewed->value("low", 0.0), reviewed->value("high", 1.0)};
  return reviewed_text(rate, bug.value("label", ""), Direction::fails);
}

}  // namespace scotoma

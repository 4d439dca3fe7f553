// SPDX-License-Identifier: Apache-2.0
// A world in memory whose bugs are known: the five roles over images of 8 x 8 pixels that say in their first pixels
// what they show: a thing, a place and perhaps a look. A test plants the bugs as rules, and breaks the world through
// `before_call`.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scotoma/model/roles.h"
#include "scotoma/study/study.h"

namespace scotoma::fake {

/// The classifier answers `answer` for an image of `thing` in `place` with a `look` (any where empty) with probability
/// `rate`.
/// The first rule that fits an image decides.
struct Rule {
  std::string thing;
  std::string place;
  std::string answer;
  double rate = 1;
  std::string look = {};
};

struct WorldSetting {
  std::vector<std::string> things = {"fly", "bee", "cat", "cow"};
  std::vector<std::string> places = {"on a flower", "in the snow", "on the grass", "in a kitchen", "under a bridge"};
  std::vector<std::string> looks = {};  ///< "dark": a third of the images, or what the prompt says, have one
  bool looks_if_said = false;           ///< a look only where the prompt says so
  std::vector<Rule> rules = {};
  double base_error = 0.01;                ///< share of wrong answers where no rule fits
  double generation_error = 0.02;          ///< share of images that show another thing than the prompt asked for
  double judge_error = 0.01;               ///< share of wrong judgements
  std::optional<double> draft_error = {};  ///< there are drafts; of these the share that shows another place
  double caption_error = 0.05;             ///< share of captions that name another thing
  std::size_t batch = 8;
};

/// Everything the world says is a function of the setting and of what it is asked. Its models may be called from
/// several threads; the world must outlive them.
class World {
 public:
  explicit World(WorldSetting setting = {}) : setting_(std::move(setting)) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Five fresh roles over this world, and a sixth where there are drafts.
  Models models();

  /// Called before every model call with the role's name and the number of calls before this one; what it returns
  /// instead of success is the answer. For faults and interruptions.
  std::function<Result<void>(const std::string& role, std::size_t call)> before_call;

  const WorldSetting& setting() const { return setting_; }
  std::size_t calls() const;

  /// Questions that were answered more than once, by role.
  std::map<std::string, std::size_t> asked_again() const;
  std::size_t answered(const std::string& role) const;
  void forget();  ///< starts the counts anew

  // For the roles.
  Result<void> enter(const std::string& role);
  void note(const std::string& role, const std::string& question);

 private:
  WorldSetting setting_;
  mutable std::mutex mutex_;
  std::size_t calls_ = 0;
  std::map<std::string, std::map<std::string, int>> asked_;
};

/// A study of the world's things, with a small budget and defaults that suit it; its file need not exist.
Study study_of(const WorldSetting& setting, std::vector<std::string> labels);

/// Phrases that all stand behind the label's word, or all in front of it.
AttributeList list(std::string name, const std::vector<std::string>& texts, bool before = false);

}  // namespace scotoma::fake

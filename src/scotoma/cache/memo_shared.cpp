// SPDX-License-Identifier: Apache-2.0
// The memo of one of several runs of a study. A run asks what is its shard's; what is not is left to others, or awaited
// where they write into the same cache. So that a lost one does not stop the rest, what nobody answers is taken over.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "scotoma/cache/inquiry.h"
#include "scotoma/cache/memo.h"
#include "scotoma/core/parallel.h"

namespace scotoma {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t left_in(std::span<Memo::Inquiry* const> inquiries) {
  std::size_t left = 0;
  for (const auto* one : inquiries) left += one->elsewhere.size();
  return left;
}

/// Before the next look into the cache: looking takes a twentieth of the time at most.
Clock::duration pause_after(Clock::duration look) {
  using std::chrono::milliseconds;
  return std::clamp<Clock::duration>(20 * look, milliseconds(20), milliseconds(1000));
}

std::string counted_answers(std::size_t count) {
  return fmt::format("{} answer{} of other shards", count, count == 1 ? "" : "s");
}

}  // namespace

bool Memo::is_ours(const Inquiry& inquiry, std::size_t place) const {
  if (!options_.sharing) return true;
  const Shard& shard = options_.sharing->shard;
  return shard.owner(inquiry.decider(place), lost_) == shard.index;
}

Result<void> Memo::run(std::span<Inquiry* const> inquiries, Others others) {
  if (cancel_.cancelled()) return stopped();
  SCOTOMA_RETURN_IF_ERROR(check_replay(inquiries));
  for (const Inquiry* one : inquiries) SCOTOMA_RETURN_IF_ERROR(check_round(one->missing));
  SCOTOMA_RETURN_IF_ERROR(ask(inquiries));
  if (others == Others::are_awaited && options_.sharing && options_.sharing->wait)
    SCOTOMA_RETURN_IF_ERROR(await_others(inquiries));
  left_ += left_in(inquiries);
  return {};
}

Error Memo::left_to_others() const {
  return waits(fmt::format("{} question{} of this round {} for other shards", left_, left_ == 1 ? "" : "s",
                           left_ == 1 ? "is" : "are"));
}

Result<void> Memo::check_round(std::size_t missing) const {
  if (!options_.sharing || missing <= options_.sharing->largest_round) return {};
  return waits(fmt::format("the next round asks for {} answers that the cache does not have", missing));
}

/// Of all images of the round, before the first is asked for.
Result<void> Memo::check_round(std::span<const Query> queries) const {
  if (!options_.sharing || options_.sharing->largest_round >= queries.size()) return {};
  const bool drafts = !queries.empty() && queries.front().draft;
  const std::string fingerprint = (drafts ? models_.draft : models_.generator)->fingerprint();
  std::size_t missing = 0;
  for (const Query& query : queries) {
    SCOTOMA_ASSIGN_OR_RETURN(const auto known, store_.find(fingerprint, key_of(query.request)));
    missing += known ? 0 : 1;
  }
  return check_round(missing);
}

/// Settles what others have answered meanwhile; whether that was anything.
Result<bool> Memo::look_again(Inquiry& inquiry) {
  std::vector<std::size_t> open;
  open.swap(inquiry.elsewhere);
  bool news = false;
  for (const std::size_t place : open) {
    const std::string& input = inquiry.inputs[place];
    SCOTOMA_ASSIGN_OR_RETURN(const auto known, known_to(inquiry, input));
    if (!known) {
      inquiry.elsewhere.push_back(place);
      continue;
    }
    news = true;
    count(inquiry.role, input, true);
    SCOTOMA_RETURN_IF_ERROR(settle(inquiry, input, *known, false));
  }
  return news;
}

/// Whether others have answered it meanwhile; an answer that cannot be looked up is asked for.
bool Memo::is_answered(const Inquiry& inquiry, const std::string& input) const {
  const auto known = store_.find(inquiry.fingerprint, input);
  if (!known.ok() || !*known) return false;
  if (!generates(inquiry.role)) return true;
  const auto there = images_.has_image(**known);
  return there.ok() && *there;
}

/// Where some shards are lost, others may have shared their questions out otherwise: puts what is answered by now
/// aside, until look_again() finds it. Under the lock.
void Memo::leave_answered(Inquiry& inquiry) const {
  auto& waiting = inquiry.waiting;
  std::size_t seen = 0;
  while (seen < std::min(inquiry.batch(), waiting.size())) {
    const auto at = waiting.begin() + static_cast<std::ptrdiff_t>(seen);
    if (!is_answered(inquiry, inquiry.inputs[*at])) {
      ++seen;
      continue;
    }
    inquiry.elsewhere.push_back(*at);
    --inquiry.missing;
    waiting.erase(at);
  }
}

/// Counts the shards whose answers have not come as lost; of their questions those that are ours now are asked.
void Memo::give_up_waiting(std::span<Inquiry* const> inquiries) {
  const Sharing& sharing = *options_.sharing;
  std::set<std::size_t> silent;
  for (const Inquiry* one : inquiries) {
    for (const std::size_t place : one->elsewhere) silent.insert(sharing.shard.owner(one->decider(place), lost_));
  }
  lost_.insert(silent.begin(), silent.end());
  listener_.on(StepBegan{fmt::format("nothing of shard{} {} for {} s: the others share the questions out",
                                     silent.size() == 1 ? "" : "s", fmt::join(silent, ", "),
                                     std::chrono::duration_cast<std::chrono::seconds>(*sharing.wait).count())});
  for (Inquiry* one : inquiries) {
    std::vector<std::size_t> open;
    open.swap(one->elsewhere);
    for (const std::size_t place : open) {
      const bool ours = is_ours(*one, place);
      if (ours) one->waiting.push_back(place);
      if (!ours) one->elsewhere.push_back(place);
      one->missing += ours ? 1 : 0;
    }
  }
}

Result<void> Memo::await_others(std::span<Inquiry* const> inquiries) {
  const Sharing& sharing = *options_.sharing;
  auto last_news = Clock::now();
  if (const std::size_t left = left_in(inquiries); left > 0)
    listener_.on(StepBegan{fmt::format("waiting for {}", counted_answers(left))});
  while (left_in(inquiries) > 0) {
    if (cancel_.cancelled()) return stopped();
    const auto begin = Clock::now();
    bool news = false;
    for (Inquiry* one : inquiries) {
      SCOTOMA_ASSIGN_OR_RETURN(const bool some, look_again(*one));
      news = news || some;
    }
    const auto now = Clock::now();
    if (news) {
      last_news = now;
    } else if (now - last_news < *sharing.wait) {
      std::this_thread::sleep_for(pause_after(now - begin));
      continue;
    } else {
      give_up_waiting(inquiries);
    }
    SCOTOMA_RETURN_IF_ERROR(ask(inquiries));
    last_news = Clock::now();
  }
  return {};
}

}  // namespace scotoma

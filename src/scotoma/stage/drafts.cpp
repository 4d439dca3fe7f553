// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/drafts.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <iterator>
#include <utility>

namespace scotoma {
namespace {

constexpr int kFewestCompared = 8;  // before which nothing is said

using Places = std::vector<std::size_t>;

/// `count` of them at most, evenly spread.
Places spread_over(const Places& all, int count) {
  const std::size_t most = std::min(all.size(), static_cast<std::size_t>(std::max(0, count)));
  Places some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * all.size() / most]);
  return some;
}

/// Which drafts are compared: those that fail, those that pass, and those that do not show their label, each as many as
/// are still to be compared.
Places to_compare(const DraftComparison& known, const std::vector<Sample>& drafts) {
  Places failing;
  Places passing;
  Places invalid;
  for (std::size_t i = 0; i < drafts.size(); ++i)
    (!drafts[i].valid() ? invalid : drafts[i].failure() ? failing : passing).push_back(i);
  Places places = spread_over(failing, kCompared - known.both - known.only_draft);
  const Places more = spread_over(passing, kCompared - known.only_full - known.neither);
  places.insert(places.end(), more.begin(), more.end());
  // As frequent as among all drafts; where there are no others, as many as there are to compare.
  const std::size_t valid = drafts.size() - invalid.size();
  const int share = valid > 0 ? static_cast<int>(places.size() * invalid.size() / valid) : kCompared - known.compared();
  const Places unclear = spread_over(invalid, std::min(share, kCompared - known.invalid));
  places.insert(places.end(), unclear.begin(), unclear.end());
  std::sort(places.begin(), places.end());
  return places;
}

void count(DraftComparison& known, const Sample& draft, const Sample& full) {
  if (!full.valid()) return;
  int& cell = !draft.valid()    ? known.invalid
              : draft.failure() ? (full.failure() ? known.both : known.only_draft)
                                : (full.failure() ? known.only_full : known.neither);
  ++cell;
}

bool mislead(const DraftComparison& known) {
  if (known.compared() < kFewestCompared) return false;
  if (3 * known.invalid > known.compared()) return true;
  // Where no draft fails, or none passes, there is no correlation: then it is those that say otherwise in full.
  if (known.both + known.only_draft == 0 || known.only_full + known.neither == 0)
    return 4 * (known.only_full + known.only_draft) > known.compared();
  return known.correlation() < kLeastCorrelation;
}

std::vector<Query> at(std::span<const Query> queries, const Places& places) {
  std::vector<Query> some;
  for (const std::size_t i : places) some.push_back(queries[i]);
  return some;
}

/// Samples in full of these places, in the place of what stands there.
Result<void> replace(const StageContext& context, std::span<const Query> queries, const Places& places,
                     std::vector<Sample>& samples) {
  if (places.empty()) return {};
  SCOTOMA_ASSIGN_OR_RETURN(auto full, context.sampler.sample(at(queries, places)));
  for (std::size_t i = 0; i < places.size(); ++i) samples[places[i]] = std::move(full[i]);
  return {};
}

}  // namespace

bool may_be_drafts(const StageContext& context, Purpose purpose) {
  return context.drafts && (purpose == Purpose::screening || purpose == Purpose::exploration);
}

Result<std::vector<Sample>> sample_drafts(StageContext& context, std::span<const Query> queries, Purpose purpose) {
  assert(may_be_drafts(context, purpose));
  DraftComparison& known = *context.drafts;
  if (known.gone_back) return context.sample(queries, purpose);
  std::vector<Query> cheaper(queries.begin(), queries.end());
  for (Query& query : cheaper) query.draft = true;
  SCOTOMA_ASSIGN_OR_RETURN(auto samples, context.sample(cheaper, purpose));
  for (const Sample& sample : samples) {
    known.valid += sample.valid() ? 1 : 0;
    known.failed += sample.failure() ? 1 : 0;
  }
  const Places places = to_compare(known, samples);
  const std::vector<Sample> drafts = samples;
  SCOTOMA_RETURN_IF_ERROR(replace(context, queries, places, samples));
  for (const std::size_t i : places) count(known, drafts[i], samples[i]);
  known.images += static_cast<int>(queries.size());
  known.gone_back = mislead(known);
  if (!known.gone_back) return samples;
  Places others;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!std::binary_search(places.begin(), places.end(), i)) others.push_back(i);
  }
  SCOTOMA_RETURN_IF_ERROR(replace(context, queries, others, samples));
  return samples;
}

}  // namespace scotoma

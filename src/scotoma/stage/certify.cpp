// SPDX-License-Identifier: Apache-2.0
#include "scotoma/stage/certify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <map>
#include <utility>

#include "scotoma/core/seed.h"
#include "scotoma/evidence/certificate_e_value.h"
#include "scotoma/evidence/e_value.h"
#include "scotoma/evidence/interval.h"
#include "scotoma/finding/count.h"
#include "scotoma/stage/certify_cells.h"
#include "scotoma/stage/certify_limits.h"
#include "scotoma/stage/trial.h"
#include "scotoma/study/prompt.h"

namespace scotoma {
namespace {

constexpr int kImagesALook = 4;       // images of a cell between two looks, at most
constexpr double kBestLikely = 0.99;  // one-sided, of the best that the images still to come may be like
constexpr int kFailuresThatAsk = 2;   // of a cell, for a baseline sample: one is what a phrase that is fine may show
constexpr std::size_t kShownFailures = 8;  // of a cell

class Certification {
 public:
  Certification(StageContext& context, const std::vector<ListedPhrase>& phrases)
      : context_(context), options_(context.study.certify) {
    most_images_ = options_.images > 0 ? options_.images : context.study.budget.images;
    round_ = static_cast<int>(context.study.prompts.base.size());
    each_ = std::max(options_.each / round_, 1) * round_;
    for (const Target& target : context.targets) {
      CertifyStream base;
      base.trial.label = target.label.name;
      base.trial.prompts = base_prompts(context.study.prompts, target.label);
      base.trial.stream = base.trial.prompts.front();
      for (const ListedPhrase& phrase : phrases) add(bases_.size(), target, phrase);
      bases_.push_back(std::move(base));
    }
    log_alone_ = -std::log(options_.alpha);
  }

  Result<Certificate> run() {
    context_.listener.on(ImagesSpent{0, most_images_});
    while (true) {
      give_up_what_is_not_paid();
      if (tested_ == 0) tested_ = std::max(1.0, kept());
      std::vector<CertifyRequest> requests = plan();
      if (requests.empty() && take_up_one()) requests = plan();
      if (requests.empty()) break;
      SCOTOMA_RETURN_IF_ERROR(sample(requests));
      for (CertifyCell& cell : cells_) look(cell);
      for (CertifyCell& cell : cells_) {
        if (!cell.lost && fails_systematically(cell.label)) lose(cell, CellEnd::failing_label);
      }
    }
    return concluded();
  }

 private:
  void add(std::size_t label, const Target& target, const ListedPhrase& phrase) {
    CertifyCell cell;
    cell.label = label;
    cell.images.trial.label = target.label.name;
    cell.images.trial.prompts = phrase_prompts(context_.study.prompts, target.label, phrase.text, phrase.before);
    cell.images.trial.stream = cell.images.trial.prompts.front();
    cell.record.label = target.label.name;
    cell.record.phrase = phrase.text;
    cell.record.before = phrase.before;
    cell.record.prompt = cell.images.trial.stream;
    cells_.push_back(std::move(cell));
  }

  bool absolute() const { return options_.variant == CertifyVariant::absolute; }

  double log_pass(Sampled fresh, Sampled base) const {
    return absolute() ? log_certificate_e_value(fresh, options_.size)
                      : log_certificate_e_value(fresh, base, options_.size);
  }

  double log_bug(Sampled fresh, Sampled base) const {
    return absolute() ? log_e_value(fresh.events, fresh.valid, options_.size)
                      : log_joint_e_value(fresh, base, options_.size);
  }

  /// Decided for all labels together at alpha. It only takes away certificates.
  bool fails_systematically(std::size_t label) const {
    const Rate& base = bases_[label].rate;
    return base.valid > 0 && log_e_value(base.failures, base.valid, context_.study.evidence.failing_label_threshold) >=
                                 log_alone_ + std::log(static_cast<double>(bases_.size()));
  }

  Sampled base_of(const CertifyCell& cell) const { return sampled(bases_[cell.label].rate); }

  double log_bug_needed() const { return log_alone_ + std::log(tested_); }

  double kept() const {
    return static_cast<double>(
        std::count_if(cells_.begin(), cells_.end(), [](const CertifyCell& cell) { return !cell.lost; }));
  }

  /// What e-BH asks of each if all that are not lost are certified. Before the first image nothing is lost by what was
  /// seen: what is given up then is not tested.
  double needed() const { return log_alone_ + (tested_ > 0 ? std::log(tested_ / std::max(1.0, kept())) : 0); }

  /// Whether it takes more images.
  bool open(const CertifyCell& cell, double needed) const {
    return !cell.lost && cell.record.log_pass < needed && left(cell) > 0;
  }

  int in_rounds(int images) const { return (images + round_ - 1) / round_ * round_; }

  /// Whether so many more images do if none of them fails.
  bool sufficient(const CertifyCell& cell, int more, double needed) const {
    return log_pass(ahead(sampled(cell.images.rate), more, 0), base_of(cell)) >= needed;
  }

  /// The fewest more images, in whole rounds of the base prompts and `most` of them at most, that do if none fails;
  /// `most` where these do not. More passes are never less evidence.
  int fewest(const CertifyCell& cell, int most, double needed) const {
    int too_few = 0;
    int count = in_rounds(most) / round_;
    if (!sufficient(cell, most, needed)) return most;
    while (count - too_few > 1) {
      const int middle = (too_few + count) / 2;
      (sufficient(cell, middle * round_, needed) ? count : too_few) = middle;
    }
    return std::min(count * round_, most);
  }

  /// How many more images make it a bug if they fail as those so far did, and the baseline images that come beside
  /// them too; all that it may have where these do not.
  int until_a_bug(const CertifyCell& cell) const {
    const Sampled now = sampled(cell.images.rate);
    if (now.events == 0) return left(cell);
    const double base_rate = share(base_of(cell));
    const std::size_t beside = asking_beside(cell);
    int more = round_;
    for (; more < left(cell); more += round_) {
      const int before = std::max(0, more - in_rounds(kImagesALook));  // the baseline follows a look later
      const Sampled base = base_ahead(cell, beside, cell.images.asked + before, base_rate);
      if (log_bug(ahead(now, more), base) >= log_bug_needed()) break;
    }
    return std::min(more, left(cell));
  }

  /// The baseline sample once `cells` cells of the label have so many images each, if what is still to come fails at
  /// this rate.
  Sampled base_ahead(const CertifyCell& cell, std::size_t cells, int images, double rate) const {
    return ahead(base_of(cell), absolute() ? 0 : base_lacking(cell.label, cells, images), rate);
  }

  /// The cells of its label that ask for a baseline sample, and be it the cell alone.
  std::size_t asking_beside(const CertifyCell& cell) const {
    return std::max(failing(cell.label, log_alone_).size(), std::size_t{1});
  }

  int left(const CertifyCell& cell) const { return each_ - cell.images.asked; }

  std::vector<const CertifyCell*> failing(std::size_t label, double needed) const {
    std::vector<const CertifyCell*> some;
    for (const CertifyCell& cell : cells_) {
      if (cell.label == label && cell.images.rate.failures >= kFailuresThatAsk && open(cell, needed))
        some.push_back(&cell);
    }
    return some;
  }

  /// How many baseline images go with `cells` cells of `images` each.
  int base_beside(std::size_t cells, int images) const {
    return in_rounds(static_cast<int>(std::ceil(std::sqrt(static_cast<double>(cells)) * images)));
  }

  /// How many of these are still to come.
  int base_lacking(std::size_t label, std::size_t cells, int images) const {
    return std::max(0, base_beside(cells, images) - bases_[label].asked);
  }

  std::vector<CertifyRequest> plan() {
    const double bar = needed();
    std::vector<CertifyRequest> requests;
    for (std::size_t label = 0; label < bases_.size() && !absolute(); ++label) {
      const auto cells = failing(label, bar);
      int most = 0;
      for (const CertifyCell* cell : cells) most = std::max(most, cell->images.asked);
      const int more = base_lacking(label, cells.size(), most);
      if (more > 0) requests.push_back({&bases_[label], nullptr, more});
    }
    for (CertifyCell& cell : cells_) {
      if (!open(cell, bar)) continue;
      requests.push_back({&cell.images, &cell, fewest(cell, std::min(in_rounds(kImagesALook), left(cell)), bar)});
    }
    return requests;
  }

  /// Where what is left would not decide all open cells though all went on at their best, those end that would take
  /// most, and of equals the last: some that are decided are worth more than all half done.
  void give_up_what_is_not_paid() {
    std::int64_t most = 0;
    for (const CertifyCell& cell : cells_) most += cell.lost ? 0 : left(cell);
    if (!absolute()) most += std::ssize(bases_) * base_beside(cells_.size(), each_);
    if (spent_ + most <= most_images_) return;
    while (give_up_some()) continue;  // fewer cells need more evidence each: needed()
  }

  /// Whether any was given up.
  bool give_up_some() {
    CertifyCosts costs = to_the_end();
    const bool any = costs.images > most_images_;
    while (costs.images > most_images_ && !costs.cells.empty()) {
      const auto dearest = std::max_element(
          costs.cells.rbegin(), costs.cells.rend(),
          [](const auto& one, const auto& other) { return one.second < other.second; });  // of equals the last
      costs.images -= dearest->second;
      lose(*dearest->first, CellEnd::budget);
      costs.cells.erase(std::next(dearest).base());
    }
    return any && !costs.cells.empty();
  }

  /// Where others ended early, one of those that were given up goes on, if what is left would do for it. Only one that
  /// has images: the others are not among the K cells that are tested. Whether there is one.
  bool take_up_one() {
    std::vector<CertifyCell*> given_up;
    for (CertifyCell& cell : cells_) {
      const bool undecided = cell.record.verdict == CellVerdict::undecided;
      if (undecided && cell.record.end == CellEnd::budget && cell.images.asked > 0) given_up.push_back(&cell);
    }
    std::stable_sort(given_up.begin(), given_up.end(), [](const CertifyCell* one, const CertifyCell* other) {
      return one->record.log_pass > other->record.log_pass;
    });
    for (CertifyCell* cell : given_up) {
      cell->lost = false;
      if (open(*cell, needed()) && to_the_end().images <= most_images_) return true;
      cell->lost = true;
    }
    return false;
  }

  /// If no open cell fails again, or each goes on to be a bug where that takes fewer.
  CertifyCosts to_the_end() {
    const double bar = needed();
    CertifyCosts costs{spent_, {}};
    std::map<std::size_t, std::vector<std::size_t>> asking;  // of each label, the cells that ask for a baseline sample
    for (CertifyCell& cell : cells_) {
      if (!open(cell, bar)) continue;
      if (!absolute() && cell.images.rate.failures >= kFailuresThatAsk)
        asking[cell.label].push_back(costs.cells.size());
      costs.cells.emplace_back(&cell, std::min(fewest(cell, left(cell), bar), until_a_bug(cell)));
    }
    for (const auto& [label, some] : asking) {
      int most = 0;
      for (const std::size_t i : some)
        most = std::max(most, costs.cells[i].first->images.asked + costs.cells[i].second);
      const int more = base_lacking(label, some.size(), most);
      const int cells = static_cast<int>(some.size());
      for (const std::size_t i : some) costs.cells[i].second += (more + cells - 1) / cells;
    }
    for (const auto& [cell, images] : costs.cells) costs.images += images;
    return costs;
  }

  static void lose(CertifyCell& cell, CellEnd why) {
    cell.lost = true;
    cell.record.end = why;
  }

  Result<void> sample(const std::vector<CertifyRequest>& requests) {
    std::vector<Query> queries;
    for (const CertifyRequest& request : requests) ask(*request.stream, request.count, queries);
    const auto open = std::count_if(requests.begin(), requests.end(), [](const auto& r) { return r.cell != nullptr; });
    context_.step(fmt::format("{} of {} phrases and labels are open", open, cells_.size()));
    SCOTOMA_ASSIGN_OR_RETURN(const auto samples, context_.sampler.sample(queries));
    auto next = samples.begin();
    for (const CertifyRequest& request : requests) {
      for (int i = 0; i < request.count; ++i, ++next) {
        request.stream->take(*next);
        if (request.cell == nullptr || !next->failure()) continue;
        auto& shown = request.cell->record.failures;
        if (shown.size() < kShownFailures) shown.push_back(*next);
      }
    }
    spent_ += std::ssize(samples);
    context_.listener.on(ImagesSpent{static_cast<int>(spent_), most_images_});
    return {};
  }

  void ask(const CertifyStream& stream, int count, std::vector<Query>& queries) const {
    const Target& target = context_.target(stream.trial.label);
    const std::vector<std::string>& prompts = stream.trial.prompts;
    const auto first = static_cast<std::size_t>(stream.asked);
    for (std::size_t i = first; i < first + static_cast<std::size_t>(count); ++i) {
      const std::uint64_t seed = sample_seed(context_.study.seed, Purpose::certificate, stream.trial.stream, i);
      queries.push_back({stream.trial.label, target.class_index, {prompts[i % prompts.size()], seed}, target.failure});
    }
  }

  /// Invariant: both values are functions of the images so far of this cell and of its label's baseline, each below a
  /// supermartingale under its null, so that a cell may end after any round for any reason that looks at no later
  /// image. Baseline images that came for other cells change the value of one that has ended: it goes on, if it has to.
  void look(CertifyCell& cell) {
    if (cell.lost || cell.images.asked == 0) return;
    CertificateCell& record = cell.record;
    const Rate& rate = cell.images.rate;
    record.log_pass = log_pass(sampled(rate), base_of(cell));
    record.log_bug = log_bug(sampled(rate), base_of(cell));
    const double max_invalid = context_.study.evidence.max_invalid;
    const bool ended = record.log_pass >= log_alone_ || left(cell) <= 0;
    if (surely_not_generatable(rate, max_invalid) || (ended && invalid_share(rate) > max_invalid)) {
      record.verdict = CellVerdict::not_generatable;
      lose(cell, CellEnd::decided);
    } else if (record.log_bug >= log_bug_needed()) {
      record.verdict = CellVerdict::bug;
      lose(cell, CellEnd::decided);
    } else if (record.log_pass >= log_alone_) {
      return;
    } else if (left(cell) <= 0) {
      lose(cell, CellEnd::each);
    } else if (hopeless(cell)) {
      lose(cell, CellEnd::hopeless);
    }
  }

  /// Whether the images that it may still have would not certify it at the lowest rate that is likely, beside the
  /// highest likely baseline rate; nor make it a bug if they showed what those so far did.
  bool hopeless(const CertifyCell& cell) const {
    const Sampled now = sampled(cell.images.rate);
    if (now.events == 0) return false;
    const Sampled base = base_of(cell);
    const std::size_t beside = asking_beside(cell);
    const double low = clopper_pearson_lower(now.events, now.valid, kBestLikely);
    const double high = clopper_pearson_upper(base.events, base.valid, kBestLikely);
    if (log_pass(ahead(now, left(cell), low), base_ahead(cell, beside, each_, high)) >= log_alone_) return false;
    return log_bug(ahead(now, left(cell)), base_ahead(cell, beside, each_, share(base))) < log_bug_needed();
  }

  Result<Certificate> concluded() {
    Certificate all;
    all.size = options_.size;
    all.absolute = absolute();
    all.alpha = options_.alpha;
    all.most_images = most_images_;
    for (std::size_t label = 0; label < bases_.size(); ++label) {
      const CertifyStream& base = bases_[label];
      LabelCertificate& one = all.labels.emplace_back();
      one.label = base.trial.label;
      one.base = base.rate;
      fill_interval(one.base);
      one.failing_label = fails_systematically(label);
      all.base_images += base.asked;
    }
    for (CertifyCell& cell : cells_) all.cells.push_back(finished(cell, all));
    conclude(all);
    all.limits = limits_of(all, each_);
    return all;
  }

  CertificateCell finished(CertifyCell& cell, Certificate& all) const {
    CertificateCell& record = cell.record;
    const Sampled now = sampled(cell.images.rate);
    all.images += cell.images.asked;
    record.rate = cell.images.rate;
    fill_interval(record.rate);
    record.at_most = absolute() ? largest_rate(now, log_alone_) : largest_rise(now, base_of(cell), log_alone_);
    const bool pass = record.log_pass >= log_alone_ && !fails_systematically(cell.label);
    if (record.verdict == CellVerdict::undecided && pass) {
      record.verdict = CellVerdict::certified;
      record.end = CellEnd::decided;
    }
    return std::move(record);
  }

  StageContext& context_;
  const CertifyOptions& options_;
  std::vector<CertifyStream> bases_;  ///< by label
  std::vector<CertifyCell> cells_;    ///< label by label
  double log_alone_ = 0;              ///< log(1 / alpha)
  double tested_ = 0;                 ///< K: cells that get images at all, known before the first of these
  int most_images_ = 0;
  int round_ = 1;  ///< base prompts
  int each_ = 0;   ///< images of a cell, at most: whole rounds
  std::int64_t spent_ = 0;
};

}  // namespace

Result<Certificate> certify(StageContext& context, const std::vector<ListedPhrase>& phrases) {
  return Certification(context, phrases).run();
}

}  // namespace scotoma
